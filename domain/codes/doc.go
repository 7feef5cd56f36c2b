// Package codes is the rulebook of reasons: every return, dishonored and
// contested return, notification of change and refused notification, with its
// meaning, who may use it on which entries and until when, and what the
// client who gets one should do.
//
// Rules change on published days, so the tables are dated and every question
// says for which day it is asked. A code that was withdrawn stays in the
// table, because files with it may still be read.
//
// Source: NACHA Operating Rules, appendix four (returns) and five
// (notifications of change). The words are our own.
package codes
