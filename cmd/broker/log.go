package broker

import (
	"fmt"
	"log/slog"
	"sync"
)

// serverLog writes the server's messages to our log: normal ones at level
// debug, errors as warnings. Errors include failed logins, and the event log
// does not depend on the server.
type serverLog struct {
	log *slog.Logger

	mu    sync.Mutex
	first error // first fatal error
}

func newServerLog(log *slog.Logger) *serverLog {
	return &serverLog{log: log.With("part", "broker")}
}

func (l *serverLog) Noticef(format string, v ...any) { l.log.Debug(fmt.Sprintf(format, v...)) }
func (l *serverLog) Debugf(format string, v ...any)  { l.log.Debug(fmt.Sprintf(format, v...)) }
func (l *serverLog) Tracef(format string, v ...any)  { l.log.Debug(fmt.Sprintf(format, v...)) }
func (l *serverLog) Warnf(format string, v ...any)   { l.log.Warn(fmt.Sprintf(format, v...)) }
func (l *serverLog) Errorf(format string, v ...any)  { l.log.Warn(fmt.Sprintf(format, v...)) }

// Fatalf keeps the reason for Start; the server stops on its own.
func (l *serverLog) Fatalf(format string, v ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first == nil {
		l.first = fmt.Errorf(format, v...)
	}
}

// fatal returns why the server stopped; nil if it did not.
func (l *serverLog) fatal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first
}
