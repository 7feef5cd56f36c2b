// Package codes has the reason codes of returns, dishonored and contested
// returns, notifications of change and refused notifications: their meaning,
// who may use them on which entries and until when, and what a client that
// receives one should do.
//
// Rules change on published days, so the tables are dated and every function
// takes the day for which it is called. A code that was withdrawn stays in the
// table, because files with it may still be read.
//
// Source: NACHA Operating Rules, appendix four (returns) and five
// (notifications of change). The words are our own.
package codes
