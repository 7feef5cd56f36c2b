// Package pro is ACH Pro: ODFIs, recipients and their accounts, the files
// made of them, and the returns and corrections of their entries.
package pro
