package workers

import "errors"

// eachListed settles every row of a list that read returns in pages of
// pageItems, each from the last row of the one before. A row that fails keeps
// no other from being settled, and is listed again in the next pass.
func eachListed[T any](read func(after T) ([]T, error), settle func(T) error) error {
	var after T
	var errs []error
	for {
		list, err := read(after)
		if err != nil {
			return errors.Join(append(errs, err)...)
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
