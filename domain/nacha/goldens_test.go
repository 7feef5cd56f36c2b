package nacha

import "fmt"

// goldens are one file for each class and each kind of batch.
func goldens() map[string]File {
	files := map[string]File{}
	add := func(name string, batches ...Batch) { files[name] = File{Header: sampleHeader(), Batches: batches} }

	add("zero-file")
	add("ppd", sampleBatch("PPD", 1, sampleEntry(27, 1025), sampleEntry(22, 250_00), sampleEntry(38, 0),
		with(sampleEntry(37, 99), func(e *Entry) { e.Account, e.Addenda05 = " 12 34-A", []string{"NOVEMBER, LOCKER 9"} })))
	add("ccd", sampleBatch("CCD", 1, sampleEntry(42, 1),
		with(sampleEntry(24, 0), func(e *Entry) { e.Addenda05 = []string{`RMR*IV*0001**0.00\`} })))
	add("web-debit", sampleBatch("WEB", 1, with(sampleEntry(27, 4200), func(e *Entry) { e.Discretionary = "R" })))
	add("web-credit-person-to-person", sampleBatch("WEB", 1, with(sampleEntry(32, 4200), func(e *Entry) {
		e.IndividualID, e.Name, e.Discretionary = "ADA SENDER", "BO RECEIVER", "S"
	})))
	add("tel", sampleBatch("TEL", 1, with(sampleEntry(27, 4200), func(e *Entry) { e.Discretionary = "S" })))
	add("ctx", sampleBatch("CTX", 1, sampleEntry(27, 9_999_999_999), with(sampleEntry(22, 1), func(e *Entry) {
		e.Name = "SIXTEEN LETTERS."
		for i := range 12 {
			e.Addenda05 = append(e.Addenda05, fmt.Sprintf(`RMR*IV*%04d*PO*10.00\`, i))
		}
	})))
	add("reversal", func() Batch {
		b := sampleBatch("PPD", 1, sampleEntry(55, 1200))
		b.Header.Description = "REVERSAL"
		return b
	}())
	add("cie", sampleBatch("CIE", 1, with(sampleEntry(22, 3100), func(e *Entry) {
		e.Name, e.IndividualID = "ADA EXAMPLE", "CUSTOMER-NUMBER-22-CHR"
	})))
	add("checks", sampleBatch("ARC", 1, sampleEntry(27, 100)), sampleBatch("BOC", 2, sampleEntry(27, 100)),
		sampleBatch("POP", 3, with(sampleEntry(27, 100), func(e *Entry) { e.IndividualID = "CHECK1234SCRAPA" })),
		func() Batch {
			b := sampleBatch("RCK", 4, sampleEntry(27, 100))
			b.Header.Description = "REDEPCHECK"
			return b
		}())
	terminal := "REF0001R02TERM01000123" + "1120" + "AUTH01" + "12 SAMPLE STREET           " + "SCRANTON       " + "PA"
	add("terminals",
		sampleBatch("POS", 1, with(sampleEntry(27, 100), func(e *Entry) { e.Addenda02, e.Discretionary = terminal, "01" })),
		sampleBatch("SHR", 2, with(sampleEntry(27, 100), func(e *Entry) {
			e.Addenda02, e.Discretionary, e.IndividualID, e.Name = terminal, "11", "112700000000123", "0000000000004000123456"
		})))
	addInternational(add)
	addAnswers(add)
	return files
}

func addInternational(add func(string, ...Batch)) {
	full := with(sampleEntry(22, 123456), func(e *Entry) {
		e.OFAC, e.SecondaryOFAC = "0", "0"
		e.Account = "DE89370400440532013000 ACCOUNT35CH"
		e.IAT = sampleAddenda()
		e.IAT.Remittance = []string{"RENT NOVEMBER", "FLAT 9"}
		e.IAT.Receiver.BirthDate, e.IAT.Originator.BirthDate = "1984-02-29", " 19621103"
		e.IAT.Correspondents = []Bank{{"CORRESPONDENT ONE", "02", "EXAMUS33", "US"}, {"CORRESPONDENT TWO", "03", "DE893704", "DE"}}
	})
	plain := with(sampleEntry(27, 500), func(e *Entry) { e.IAT = sampleAddenda() })
	add("iat", sampleIAT(1, full, plain))
	add("iat-between-others", sampleBatch("PPD", 1, sampleEntry(27, 1)), sampleIAT(2, plain), sampleBatch("CCD", 3, sampleEntry(27, 2)))
	add("iat-return", sampleIAT(1, with(sampleEntry(21, 123456), func(e *Entry) {
		e.IAT, e.Return = sampleAddenda(), sampleReturn("R16")
		e.IAT.Receiver.BirthDate = "1984-02-29"
		e.OFAC = "1"
		e.Return.OriginalAmountCents, e.Return.Information = 123457, "OFAC"
	})))
	change := sampleIAT(1, with(sampleEntry(21, 0), func(e *Entry) {
		e.Correction = &Correction{Code: "C01", OriginalTrace: "091400600000091", OriginalRouting: lantern[:8], Data: "12345678901234567890123456789012345"}
	}))
	change.Header.SEC, change.Header.IAT.Indicator = "COR", "IATCOR"
	add("iat-change", change)
}

func addAnswers(add func(string, ...Batch)) {
	death := sampleReturn("R15")
	death.DateOfDeath, death.Information = "261101", "BENEFICIARY DECEASED"
	add("return", sampleBatch("PPD", 1,
		with(sampleEntry(26, 1025), func(e *Entry) { e.Return = sampleReturn("R01") }),
		with(sampleEntry(31, 0), func(e *Entry) { e.Return = death })),
		sampleBatch("CTX", 2, with(sampleEntry(21, 1025), func(e *Entry) { e.Name, e.Return = "EXAMPLE WIDGETS", sampleReturn("R23") })))
	add("change", sampleBatch("COR", 1,
		with(sampleEntry(26, 0), func(e *Entry) {
			e.Correction = &Correction{Code: "C06", OriginalTrace: "121042880000071", OriginalRouting: lantern[:8], Data: "9900 112255-A       37"}
		}),
		with(sampleEntry(21, 0), func(e *Entry) {
			e.Correction = &Correction{Code: "C07", OriginalTrace: "121042880000072", OriginalRouting: lantern[:8], Data: "0764012511234567890123456722"}
		})))
	add("refused-change", sampleBatch("COR", 1, with(sampleEntry(26, 0), func(e *Entry) {
		e.RefusedChange = &RefusedChange{Code: "C65", OriginalTrace: "231380100000005", OriginalRouting: other[:8], Data: "99", ChangeCode: "C05", ChangeTrace: "0000606"}
	})))
	add("dishonored", sampleBatch("PPD", 1, with(sampleEntry(26, 1025), func(e *Entry) {
		e.Dishonored = &Dishonored{Code: "R69", OriginalTrace: "231380100000001", OriginalRouting: other[:8], ReturnTrace: "121042880000501", ReturnSettlement: "328", ReturnCode: "01", Information: "01*03"}
	})))
	add("contested", sampleBatch("PPD", 1,
		with(sampleEntry(26, 1025), func(e *Entry) {
			e.Contested = &Contested{Code: "R73", OriginalTrace: "231380100000001", ReturnedOn: "261124", OriginalRouting: other[:8], OriginalSettlement: "327", ReturnTrace: "121042880000501", ReturnSettlement: "328", ReturnCode: "01", DishonoredTrace: "231380100000900", DishonoredSettlement: "331", DishonoredCode: "68"}
		}),
		with(sampleEntry(26, 1025), func(e *Entry) {
			e.Contested = &Contested{Code: "R74", OriginalTrace: "231380100000002", OriginalRouting: other[:8], ReturnTrace: "121042880000502", ReturnSettlement: "328", ReturnCode: "03", DishonoredTrace: "231380100000901", DishonoredSettlement: "331", DishonoredCode: "69"}
		})))
}
