package model

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Sequence counts numbers that are given out without gaps, such as receipts of a year.
type Sequence struct {
	_ struct{} `privacy:"about=nobody; why=各种编号发到第几号"`

	Name  string `gorm:"primaryKey" privacy:"none"`
	Value int64
}

// NextNumber gives the next number of a sequence, from 1 on. The sequence stays locked until the
// transaction ends, so that one which is rolled back leaves no gap.
func NextNumber(tx *gorm.DB, name string) (int64, error) {
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Sequence{Name: name}).Error; err != nil {
		return 0, err
	}
	var s Sequence
	if err := forUpdate(tx).Where("name = ?", name).Take(&s).Error; err != nil {
		return 0, err
	}
	s.Value++
	return s.Value, tx.Model(&Sequence{}).Where("name = ?", name).Update("value", s.Value).Error
}

// Lock is a named row that is locked to do one thing at a time.
type Lock struct {
	_ struct{} `privacy:"about=nobody; why=程序内部的锁"`

	Name string `gorm:"primaryKey" privacy:"none"`
}

// lockName takes a lock, which migrations have made, until the transaction ends.
func lockName(tx *gorm.DB, name string) error {
	return forUpdate(tx).Where("name = ?", name).Take(&Lock{}).Error
}

// Tables gives one record of every table: the migrations are held against them, and rigs that must
// cover every table go through them.
func Tables() []any {
	return []any{
		&Lock{}, &Sequence{}, &Node{}, &NodeChange{}, &PartyOrg{},
		&Household{}, &Person{}, &PersonChange{}, &User{}, &Session{}, &RenewedToken{}, &ConsoleLogin{}, &Binding{}, &Appointment{},
		&Code{}, &CodeImage{}, &ConsentText{}, &Consent{}, &Display{}, &UnitGroup{}, &GroupEntry{}, &Plaque{},
		&WorkUnit{}, &CheckIn{}, &Notice{}, &Accept{}, &Callback{}, &Job{}, &Import{}, &ImportFault{},
		&Command{}, &Audit{}, &AuditLink{}, &Change{}, &RetentionDays{},
		&Guardianship{},
		&Account{}, &Transfer{}, &Entry{},
		&Certificate{}, &PublicNotice{}, &PublicNoticeLine{}, &Objection{}, &Rectification{},
		&File{}, &FileCheck{},
		&ServiceKind{}, &PointsRule{}, &Hours{}, &HoursDay{}, &ServiceTotal{}, &HoursChange{}, &Correction{}, &Flag{},
		&Association{}, &Activity{}, &SignUp{},
		&Budget{}, &Reward{}, &Redemption{}, &WrongCodes{}, &ExpiryPolicy{}, &ExpiredPoints{},
		&MatterCategory{}, &MatterQuestion{}, &MatterLimit{}, &Matter{}, &MatterAnswer{}, &MatterEvent{}, &MatterTerm{},
		&MatterJoin{}, &MatterNote{}, &MatterOriginal{}, &ReplyTemplate{}, &ReporterLimit{},
	}
}
