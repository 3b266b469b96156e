package model

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// Refusals of changes to people.
var (
	ErrOwnRecord      = fault.New(fault.Conflict, "person.own_record", "不能修改自己的登记信息，请让社区的其他工作人员办理。")
	ErrPersonGone     = fault.New(fault.Conflict, "person.already_left", "这位居民已经登记为迁出，不用再登记。请刷新名册查看。")
	ErrSameMembership = fault.New(fault.Conflict, "person.same_membership", "这位居民现在就是这样登记的，不用修改。请核对是不是选错了人。")
	ErrSameHome       = fault.New(fault.Conflict, "person.same_home", "这位居民现在就住在这一户，不用修改。请核对单元和房号。")
	ErrSameParticular = fault.New(fault.Conflict, "person.same_particular", "这位居民登记的就是这样，不用修改。请核对是不是选错了人。")
	ErrIDNumberTaken  = fault.New(fault.Conflict, "person.id_number_taken", "这个身份证号已经登记在另一位居民名下。请对照证件核对；在本社区的可以按身份证号查找，在别处的请本人或家属到那边的社区核对。")
	ErrBirthInNumber  = fault.New(fault.Conflict, "person.birth_in_number", "和登记的身份证号里的出生日期不一样。请对照证件核对；身份证号登记错了的，请改正身份证号，出生日期会一并改正。")
	ErrHomeNotFound   = fault.New(fault.NotFound, "person.home_not_found", "没有找到这个单元，或者不归您管理。迁往别的社区，请登记为迁出，由那边的社区登记迁入。")
)

// PersonChange is one change of a person's record that somebody decided, with their reason.
type PersonChange struct {
	_ struct{} `privacy:"about=resident; why=登记信息为什么改过; kept=always; because=本人和社区要能查到改动的原因"`

	ID         int64
	PersonID   int64
	What       string `privacy:"mark"` // membership, leave, move, or a particular
	Reason     string `gorm:"serializer:sealed" privacy:"reason"`
	ByPersonID int64
	At         time.Time
}

// AddPersonChange stores it.
func AddPersonChange(tx *gorm.DB, c *PersonChange) error { return tx.Create(c).Error }

// AddPersonChanges stores many.
func AddPersonChanges(tx *gorm.DB, changes []PersonChange) error { return AddAll(tx, changes) }

// PersonChangesOf gives what was decided about a person, newest first.
func PersonChangesOf(tx *gorm.DB, person int64) ([]PersonChange, error) {
	var out []PersonChange
	return out, tx.Where("person_id = ?", person).Order("id DESC").Find(&out).Error
}

// StorePhone writes the phone number that SetPhone put into a locked person.
func StorePhone(tx *gorm.DB, p Person, now time.Time) error {
	return storePerson(tx, p.ID, map[string]any{"phone": p.Phone, "phone_index": p.PhoneIndex}, now)
}

// SetParticular puts one of a person's particulars (name, phone, id_number, birth_date, address), clean; with an id
// number the birth date that is in it. Refusals: person.same_particular, person.birth_in_number.
func (p *Person) SetParticular(k *Keys, what, value string) error {
	was := *p
	switch what {
	case "name":
		p.Name = value
	case "phone":
		p.SetPhone(k, value)
	case "id_number":
		if p.SetIDNumber(k, value); value != "" {
			p.BirthDate = BirthIn(value)
		}
	case "birth_date":
		if born := BirthIn(p.IDNumber); born != "" && born != value {
			return ErrBirthInNumber
		}
		p.BirthDate = value
	case "address":
		p.Address = value
	}
	if p.Name == was.Name && p.Phone == was.Phone && p.IDNumber == was.IDNumber && p.BirthDate == was.BirthDate && p.Address == was.Address {
		return ErrSameParticular
	}
	return nil
}

// StoreParticulars writes the particulars of a locked person.
func StoreParticulars(tx *gorm.DB, p Person, now time.Time) error {
	err := storePerson(tx, p.ID, map[string]any{
		"name": p.Name, "phone": p.Phone, "phone_index": p.PhoneIndex, "id_number": p.IDNumber, "id_number_index": p.IDNumberIndex,
		"birth_date": p.BirthDate, "address": p.Address,
	}, now)
	return refuseDuplicate(err, ErrIDNumberTaken)
}

// EraseChild clears what is held of a locked child that nothing needs any more: numbers and address. The
// birth date stays, because by it the child is protected.
func EraseChild(tx *gorm.DB, child int64, now time.Time) error {
	return storePerson(tx, child, map[string]any{"phone": "", "phone_index": nil, "id_number": "", "id_number_index": nil, "address": ""}, now)
}

// StoreLeft writes that a locked person has moved away. They keep the node they belonged to last: its
// community answers for their record.
func StoreLeft(tx *gorm.DB, person int64, now time.Time) error {
	return storePerson(tx, person, map[string]any{"state": PersonLeft, "household_id": nil, "updated_at": now}, now)
}

// StoreHome writes the household in which a locked person lives now.
func StoreHome(tx *gorm.DB, person int64, home Household, now time.Time) error {
	return storePerson(tx, person, map[string]any{"state": PersonHere, "household_id": home.ID, "node_id": home.UnitID, "updated_at": now}, now)
}

// changedAt is when a person's record was changed last. Of who has left it stays when they left: from then on counts how
// long what is held of them is kept.
func changedAt(now time.Time) clause.Expr {
	return gorm.Expr("CASE WHEN state = ? THEN updated_at ELSE ? END", PersonLeft, now)
}

func storePerson(tx *gorm.DB, id int64, set map[string]any, now time.Time) error {
	if set["updated_at"] == nil {
		set["updated_at"] = changedAt(now)
	}
	return tx.Model(&Person{}).Where("id = ?", id).Updates(set).Error
}

// leftBefore are the people who left before a moment, have no account any more, and of whom more is held
// than a name: also in what they once asked to have put right.
func leftBefore(tx *gorm.DB, before time.Time) *gorm.DB {
	return tx.Model(&Person{}).Where("state = ? AND updated_at < ?", PersonLeft, before).
		Where("(phone IS NOT NULL OR id_number IS NOT NULL OR birth_date IS NOT NULL OR address IS NOT NULL OR membership IS NOT NULL" +
			" OR EXISTS (SELECT 1 FROM rectifications WHERE rectifications.person_id = persons.id AND rectifications.words IS NOT NULL))").
		Where("NOT EXISTS (SELECT 1 FROM bindings WHERE bindings.active_person_id = persons.id)")
}

// ForgetLeftPeople clears what is held of at most limit people who left before a moment, except their name
// and what they did here, and gives who they are, with their node; with limit 0 it clears nothing, and
// gives how many there are.
func ForgetLeftPeople(tx *gorm.DB, before time.Time, limit int) (them []Person, due int64, err error) {
	if limit == 0 {
		err = leftBefore(tx, before).Count(&due).Error
		return nil, due, err
	}
	some := leftBefore(tx, before).Clauses(clause.Locking{Strength: "UPDATE"}).Select("id", "node_id").Order("id").Limit(limit)
	if err := some.Find(&them).Error; err != nil || len(them) == 0 {
		return nil, 0, err
	}
	ids := make([]int64, len(them))
	for i, p := range them {
		ids[i] = p.ID
	}
	return them, int64(len(them)), leftBefore(tx, before).Where("id IN ?", ids).Updates(map[string]any{
		"phone": "", "phone_index": nil, "id_number": "", "id_number_index": nil, "birth_date": "", "address": "", "membership": "",
		"updated_at": gorm.Expr("updated_at"), // still that of their leaving
	}).Error
}
