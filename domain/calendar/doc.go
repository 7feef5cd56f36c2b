// Package calendar computes days and deadlines: on which days banks settle,
// when the Federal Reserve's ACH service takes files and settles them, which
// effective entry date an entry gets, and how long a bank may return, dishonor
// or correct one.
//
// A Date is a civil day without a time of day. A time.Time is an instant. Times
// of day are those of New York, with the offset of each date, so that days on
// which daylight saving time begins or ends are right. Nothing here reads a
// clock: the present time is an argument.
//
// A deadline is exclusive: a file that arrives at 16:45:00 has missed 16:45.
// The Federal Reserve says "by", but relying on the last second would fail some
// day.
package calendar
