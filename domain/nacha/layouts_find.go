package nacha

// layoutOf finds the columns of a record of 94 characters.
func (d *Describer) layoutOf(line string) []column {
	switch {
	case line == nines:
		return fillerColumns
	case line[0] == '1':
		return fileHeaderLayout
	case line[0] == '5' && d.class.layout == foreign:
		return iatBatchHeaderLayout
	case line[0] == '5':
		return batchHeaderLayout
	case line[0] == '6':
		return entryLayouts[d.class.layout]
	case line[0] == '7':
		return d.addendaLayout(at(line, 2, 3), at(line, 4, 6))
	case line[0] == '8' && d.class.layout == advice:
		return adviceControlLayout
	case line[0] == '8':
		return batchControlLayout
	case line[0] == '9' && d.class.layout == advice:
		return adviceFileControlLayout
	case line[0] == '9':
		return fileControlLayout
	default:
		return unknownColumns
	}
}

func (d *Describer) addendaLayout(kind, code string) []column {
	iat := d.class.layout == foreign
	switch {
	case kind == "98" && iat:
		return iatChangeColumns
	case kind == "98" && KnownRefusal(code):
		return refusedColumns
	case kind == "98":
		return changeColumns
	case kind == "99" && KnownDishonor(code):
		return dishonoredColumns
	case kind == "99" && KnownContest(code):
		return contestedColumns
	case kind == "99" && iat:
		return iatReturnColumns
	case kind == "99":
		return returnColumns
	case addendaLayouts[kind] != nil:
		return addendaLayouts[kind]
	default:
		return unknownColumns
	}
}
