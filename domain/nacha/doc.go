// Package nacha turns values into NACHA files and NACHA files into values.
//
// A File is what a rendered file says, field by field. Render writes it with
// moov-io/ach; Scan reads any file with our own strict reader, which shares
// no code with the writer; Compare holds one against the other; Check judges
// a file that came from outside, batch by batch, before anything is applied;
// Describe explains a record to a person. All numbers are int64 cents, all
// dates are the file's own YYMMDD text.
//
// Field positions and rules: NACHA Operating Rules, appendix one to four.
package nacha
