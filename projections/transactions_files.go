package projections

// Files in descending order of the newest transaction that they show, among
// those that may show one before ?1, after the file given by ?2 to ?4. An
// upload is shown once it is cut.
const (
	sentOfAll   = filesByNewest + `INDEXED BY files_sent@ WHERE delivered > 0` + behindFile
	sentOfOne   = filesByNewest + `INDEXED BY files_sent_of@ WHERE delivered > 0 AND client = ?6` + behindFile
	unsentOfAll = filesByNewest + `INDEXED BY files_unsent@ WHERE delivered = 0 AND (cut > 0 OR why <> 'upload')` + behindFile
	unsentOfOne = filesByNewest + `INDEXED BY files_unsent_of@ WHERE delivered = 0 AND (cut > 0 OR why <> 'upload') AND client = ?6` + behindFile

	filesByNewest = `SELECT position, newest, oldest FROM files@ `
	behindFile    = ` AND newest > 0 AND oldest < ?1 AND (newest, oldest, position) < (?2, ?3, ?4)
		ORDER BY newest DESC, oldest DESC, position DESC LIMIT ?5`
)

// filesAtOnce is how many files are read ahead.
const filesAtOnce = 64

// shownFile is a file with the positions of the newest and the oldest
// transaction that it shows.
type shownFile struct{ position, newest, oldest int64 }

// filesShown iterates over files in the order of their newest transactions. A
// nil one is empty.
type filesShown struct {
	sql    string
	client string
	ahead  []shownFile
	last   shownFile
	ended  bool
	err    error
}

func (l *transactionList) filesShown(ofAll, ofOne string) *filesShown {
	files := &filesShown{sql: ofAll, client: l.f.Client, last: shownFile{newest: 1 << 62}}
	if l.f.Client != "" {
		files.sql = ofOne
	}
	return files
}

// next returns the next file that may show a transaction from a position on and
// before another.
func (f *filesShown) next(s snapshot, from, before int64) (file int64, ok bool) {
	if f == nil || f.err != nil {
		return 0, false
	}
	if len(f.ahead) == 0 && !f.ended {
		f.read(s, before)
	}
	if len(f.ahead) == 0 || f.ahead[0].newest < from {
		return 0, false
	}
	file = f.ahead[0].position
	f.ahead = f.ahead[1:]
	return file, true
}

func (f *filesShown) read(s snapshot, before int64) {
	args := values(before, f.last.newest, f.last.oldest, f.last.position, int64(filesAtOnce))
	if f.client != "" {
		args = append(args, f.client)
	}
	f.err = s.query(f.sql, args, func(row []value) error {
		f.last = shownFile{row[0].(int64), row[1].(int64), row[2].(int64)}
		f.ahead = append(f.ahead, f.last)
		return nil
	})
	f.ended = len(f.ahead) < filesAtOnce
}

func (f *filesShown) failed() error {
	if f == nil {
		return nil
	}
	return f.err
}
