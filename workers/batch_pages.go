package workers

import (
	"errors"
	"fmt"
)

// eachListed calls settle for every row of a list, which read returns in pages
// of pageItems; what names the list in an error. Each page begins after the last
// row of the one before. A row that fails does not keep the others from being
// settled, and is listed again in the next pass.
func eachListed[T any](what string, read func(after T) ([]T, error), settle func(T) error) error {
	var after T
	var errs []error
	for {
		list, err := read(after)
		if err != nil {
			return errors.Join(append(errs, fmt.Errorf("read %s: %w", what, err))...)
		}
		for _, row := range list {
			errs = append(errs, settle(row))
		}
		if len(list) < pageItems {
			return errors.Join(errs...)
		}
		after = list[len(list)-1]
	}
}
