// Package sandbox lets a test move the clock and play the bank.
package sandbox
