package codes

import "github.com/achledger/achledger/domain/calendar"

// newSanctionsCode is the day on which R90 comes into force and replaces R16
// for sanctions. Source: Nacha, new return reason code for sanctions compliance
// obligations.
var newSanctionsCode = calendar.SanctionsReturn.From()

// SEC codes by what they are for. A debit under one of consumerDebits is one
// a consumer could dispute; IAT is among them because it may debit anybody.
var (
	corporate        = []string{"CCD", "CTX"}
	consumerDebits   = []string{"PPD", "WEB", "TEL", "POS", "SHR", "MTE", "IAT"}
	checkConversions = []string{"ARC", "BOC", "POP"}
	disputedDebits   = append(append([]string{}, consumerDebits...), checkConversions...)
)

// bankReturns are the codes of receiving banks.
var bankReturns = []ReturnCode{
	{
		Code: "R01", Title: "Insufficient funds", Entries: Debits, TimeFrame: TwoBankingDays, Again: Twice,
		Meaning:  "The account does not hold enough money for the debit.",
		WhatToDo: "Present it again, at most twice within 180 days of the first settlement, or ask the receiver for another way to pay.",
	}, {
		Code: "R02", Title: "Account closed", TimeFrame: TwoBankingDays, Again: AfterFixing, Class: Administrative,
		Meaning:  "The account existed and has been closed.",
		WhatToDo: "Ask the receiver for another account and send a new entry.",
	}, {
		Code: "R03", Title: "No account or unable to locate account", TimeFrame: TwoBankingDays, Again: AfterFixing, Class: Administrative,
		Meaning:  "The number is well formed but belongs to no account of that bank, or not to the person named.",
		WhatToDo: "Check routing number, account number and name with the receiver and send a new entry.",
	}, {
		Code: "R04", Title: "Invalid account number", TimeFrame: TwoBankingDays, Again: AfterFixing, Class: Administrative,
		Meaning:  "The account number cannot be one of that bank: too short, too long or failing its check digit.",
		WhatToDo: "Check the account number with the receiver and send a new entry.",
	}, {
		Code: "R05", Title: "Unauthorized debit to consumer account using corporate SEC code", Entries: Debits, TimeFrame: SixtyDays, Again: WithNewAuthority, Class: Unauthorized,
		Accounts: Consumer, SECs: corporate, NeedsStatement: true,
		Meaning:  "A CCD or CTX debit took money from a consumer's account without the consumer's authorization.",
		WhatToDo: "Stop debiting the account; with a consumer's authorization send a new entry under a consumer SEC code.",
	}, {
		Code: "R06", Title: "Returned per ODFI's request", TimeFrame: ByAgreement, Again: AfterFixing,
		Meaning:  "The originating bank asked for the entry back and the receiving bank agreed.",
		WhatToDo: "Nothing if you asked for it; if nobody did, dishonor it with R70.",
	}, {
		Code: "R07", Title: "Authorization revoked by customer", Entries: Debits, TimeFrame: SixtyDays, Again: WithNewAuthority, Class: Unauthorized,
		Accounts: Consumer, SECs: consumerDebits, NeedsStatement: true,
		Meaning:  "The receiver had authorized debits and has withdrawn the authorization.",
		WhatToDo: "Stop debiting the account until the receiver authorizes it again.",
	}, {
		Code: "R08", Title: "Payment stopped", Entries: Debits, TimeFrame: TwoBankingDays, Again: WithNewAuthority,
		Meaning:  "The receiver told the bank not to pay this debit.",
		WhatToDo: "Settle the matter with the receiver; present it again only with the receiver's consent.",
	}, {
		Code: "R09", Title: "Uncollected funds", Entries: Debits, TimeFrame: TwoBankingDays, Again: Twice,
		Meaning:  "The account shows enough money, but some of it has not been collected yet.",
		WhatToDo: "Present it again a few days later, at most twice within 180 days of the first settlement.",
	}, {
		Code: "R10", Title: "Customer advises originator is not known or not authorized to debit account", Entries: Debits, TimeFrame: SixtyDays, Again: WithNewAuthority, Class: Unauthorized,
		SECs: disputedDebits, NeedsStatement: true,
		Meaning:  "The receiver does not know the originator or never authorized it to debit the account.",
		WhatToDo: "Stop debiting the account and check the authorization you hold; send nothing without a new one.",
	}, {
		Code: "R11", Title: "Customer advises entry not in accordance with the terms of the authorization", Entries: Debits, TimeFrame: SixtyDays, Again: AfterFixing, Class: Unauthorized,
		Accounts: Consumer, SECs: disputedDebits, NeedsStatement: true,
		Meaning:  "The receiver did authorize a debit, but not this one: another amount, an earlier date, or an improper reversal or retry.",
		WhatToDo: "Correct what was wrong; a new entry within 60 days of the return's settlement needs no new authorization.",
	}, {
		Code: "R12", Title: "Account sold to another DFI", TimeFrame: TwoBankingDays, Again: AfterFixing,
		Meaning:  "The account has moved to another bank with the branch it was kept at.",
		WhatToDo: "Ask the receiver for the new routing and account number and send a new entry.",
	}, {
		Code: "R14", Title: "Representative payee deceased or unable to continue in that capacity", TimeFrame: TwoBankingDays, Again: Never,
		DateOfDeath: true,
		Meaning:     "The person who received payments for somebody else has died or can no longer do so; the beneficiary lives.",
		WhatToDo:    "Send nothing more to the account and find out who acts for the beneficiary now.",
	}, {
		Code: "R15", Title: "Beneficiary or account holder deceased", TimeFrame: TwoBankingDays, Again: Never,
		Accounts: Consumer, DateOfDeath: true,
		Meaning:  "The person entitled to the payments, or the holder of the account, has died.",
		WhatToDo: "Send nothing more to the account and turn to the estate.",
	}, {
		Code: "R16", Title: "Account frozen or entry returned per OFAC instruction", TimeFrame: TwoBankingDays, Again: Never,
		By: []Party{RDFI, Gateway}, Until: newSanctionsCode.Add(-1),
		Meaning:  "A court, an authority or the bank itself has frozen the account, or the sanctions office told the bank to send the entry back.",
		WhatToDo: "Send nothing more to the account and settle the matter with the receiver; have your own sanctions screening looked at.",
	}, {
		Code: "R16", Title: "Account frozen", TimeFrame: TwoBankingDays, Again: Never,
		From:     newSanctionsCode,
		Meaning:  "A court, an authority or the bank itself has frozen the account.",
		WhatToDo: "Send nothing more to the account and settle the matter with the receiver.",
	}, {
		Code: "R17", Title: "File record edit criteria, questionable entry or improper reversal", TimeFrame: TwoBankingDays, Again: AfterFixing,
		NeedsInformation: true,
		Meaning:          "The bank cannot process a field, which the addenda information names; or it reads QUESTIONABLE and the bank suspects fraud; or a business was debited by an improper reversal.",
		WhatToDo:         "Correct the field named and send a new entry; if it says QUESTIONABLE, stop and find out whether you were deceived.",
	}, {
		Code: "R20", Title: "Non-transaction account", TimeFrame: TwoBankingDays, Again: Never,
		Meaning:  "The account does not take entries of this kind, as some savings accounts do not.",
		WhatToDo: "Ask the receiver for another account.",
	}, {
		Code: "R21", Title: "Invalid company identification", TimeFrame: TwoBankingDays, Again: AfterFixing,
		Accounts: NonConsumer,
		Meaning:  "The receiver does not recognize the company identification.",
		WhatToDo: "Find out which identification the receiver expects and send a new entry.",
	}, {
		Code: "R22", Title: "Invalid individual ID number", TimeFrame: TwoBankingDays, Again: AfterFixing,
		Meaning:  "The receiver does not recognize the identification number of the entry.",
		WhatToDo: "Correct the identification number and send a new entry.",
	}, {
		Code: "R23", Title: "Credit entry refused by receiver", Entries: Credits, TimeFrame: AfterRefusal, Again: WithNewAuthority,
		Meaning:  "The receiver does not want the money: a minimum not met, an account in dispute, a sender not known.",
		WhatToDo: "Settle the matter with the receiver before sending the money again.",
	}, {
		Code: "R24", Title: "Duplicate entry", TimeFrame: TwoBankingDays, Again: Never,
		Meaning:  "The bank has received the same entry twice: trace number, date and amount agree.",
		WhatToDo: "Check whether you sent it twice; the first one stands.",
	}, {
		Code: "R29", Title: "Corporate customer advises not authorized", Entries: Debits, TimeFrame: TwoBankingDays, Again: WithNewAuthority, Class: Unauthorized,
		Accounts: NonConsumer, SECs: corporate,
		Meaning:  "A business says that it did not authorize the debit.",
		WhatToDo: "Stop debiting the account until the business authorizes it; many need your company identification on their list.",
	}, {
		Code: "R31", Title: "Permissible return entry", Entries: Debits, TimeFrame: ByAgreement, Again: WithNewAuthority,
		Accounts: NonConsumer, SECs: corporate,
		Meaning:  "A business says that it did not authorize the debit, too late for R29, and the originating bank agreed to take it back.",
		WhatToDo: "Stop debiting the account until the business authorizes it; if your bank did not agree, dishonor it with R70.",
	}, {
		Code: "R90", Title: "Returned for sanctions compliance obligations", TimeFrame: NotYetSet, Again: Never,
		By: []Party{RDFI, Gateway}, From: newSanctionsCode,
		Meaning:  "The bank may not carry out the entry because of sanctions.",
		WhatToDo: "Send nothing more to the receiver and have your own sanctions screening looked at.",
	},
}
