// Package nacha writes values as NACHA files and reads NACHA files into values.
//
// A File has all fields of a rendered file. Render writes it with moov-io/ach;
// Scan reads any file with our own strict reader, which shares no code with the
// writer; a Comparison compares a file with its values while it is written; Check
// validates a received file, batch by batch, before anything is applied; Describe
// explains a record to a person. All numbers are int64 cents, all dates are the file's
// own YYMMDD text.
//
// Field positions and rules: NACHA Operating Rules, appendix one to four.
package nacha
