// Package inbound takes in files from the bank and finds the place of every
// entry in them: a return goes to the entry that it returns, a payment to the
// client that it is for, and everything else into a queue where a person
// decides. The money of every entry is accounted for.
//
// An Intake stores the raw file, sealed, before the log says that it came. It
// then reads the kept file twice: once to review it, once to apply the good
// batches. The id of an entry follows from the content of its batch, so the
// same batch under another name, in another file or after a crash is applied
// once. The log alone decides what was done, not the folder that a file is in.
//
// Source of the rules: NACHA Operating Rules, articles two and three (returns,
// notifications of change, dishonored and contested returns) and appendix four;
// FedACH for what an operator rejects.
package inbound
