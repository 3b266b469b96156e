package model

import (
	"strings"

	"gorm.io/gorm"

	"danyuan/fault"
)

// ErrSearchOne refuses a search for nothing, or for two things.
var ErrSearchOne = fault.New(fault.Invalid, "person.search_one", "请填写手机号或身份证号其中一项来查找。")

// PeopleUnder gives the people here of a subtree.
func PeopleUnder(tx *gorm.DB, root string, cut Slice) ([]Person, error) {
	var out []Person
	q := tx.Select("persons.*").Joins("JOIN nodes ON nodes.id = persons.node_id").Where("persons.state = ?", PersonHere)
	return out, cut.Oldest(InSubtree(q, "nodes.path", root), "persons.id").Find(&out).Error
}

// foundAtMost bounds a search: a number that stands for more people tells nothing.
const foundAtMost = 50

// FindByPhone gives the people of the subtrees who have a phone number, those who have left included.
func FindByPhone(tx *gorm.DB, phone string, roots []string) ([]Person, error) {
	return findIn(tx.Where("persons.phone_index = ?", KeysOf(tx).Index("persons.phone", phone)), roots)
}

// FindByIDNumber gives the person of the subtrees who has an id number.
func FindByIDNumber(tx *gorm.DB, number string, roots []string) ([]Person, error) {
	return findIn(tx.Where("persons.id_number_index = ?", KeysOf(tx).Index("persons.id_number", strings.ToUpper(number))), roots)
}

func findIn(q *gorm.DB, roots []string) ([]Person, error) {
	var out []Person
	q = q.Select("persons.*").Joins("JOIN nodes ON nodes.id = persons.node_id")
	return out, InSubtree(q, "nodes.path", roots...).Order("persons.id").Limit(foundAtMost).Find(&out).Error
}

// AddPerson stores somebody new.
func AddPerson(tx *gorm.DB, p *Person) error { return tx.Create(p).Error }
