// Package calendar answers every question of the ledger about days and
// deadlines: which days banks settle, when the Federal Reserve's ACH service
// takes files and settles them, which effective entry date an entry gets, and
// how long a bank may return, dishonor or correct one.
//
// A Date is a civil day without a clock. A time.Time is an instant; wall
// clocks are those of New York, looked up for each date, so a day with a
// change to or from summer time comes out right. Nothing here reads a clock:
// the present arrives as an argument.
//
// A deadline is exclusive: a file handed over at the stroke of 16:45 has
// missed 16:45. The Federal Reserve says "by"; a ledger that counts on the
// last second would lose that bet some day.
package calendar
