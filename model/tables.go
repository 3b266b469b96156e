package model

// Sequence counts numbers that are given out without gaps, such as receipts of a year.
type Sequence struct {
	Name  string `gorm:"primaryKey"`
	Value int64
}

// Lock is a named row that is locked to do one thing at a time.
type Lock struct {
	Name string `gorm:"primaryKey"`
}

// Tables gives one record of every table: the migrations are held against them, and rigs that must
// cover every table go through them.
func Tables() []any {
	return []any{
		&Lock{}, &Sequence{}, &Node{}, &NodeChange{}, &PartyOrg{},
		&Household{}, &Person{}, &PersonChange{}, &User{}, &Session{}, &Binding{}, &Appointment{},
		&Code{}, &CodeImage{}, &ConsentText{}, &Consent{}, &Display{}, &UnitGroup{}, &GroupEntry{}, &Plaque{},
		&WorkUnit{}, &CheckIn{}, &Notice{}, &Accept{}, &Callback{}, &Job{}, &Import{}, &ImportFault{},
		&Command{}, &Audit{}, &Change{},
	}
}
