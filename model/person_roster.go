package model

import (
	"time"

	"gorm.io/gorm"
)

// IDNumberIndex gives the blind index of an id number in capital letters.
func (k *Keys) IDNumberIndex(number string) string { return k.Index("persons.id_number", number) }

// PersonsByIDNumbers gives those whom the blind indexes of id numbers find, wherever they live. With
// lock, others can't change them until the transaction ends.
func PersonsByIDNumbers(tx *gorm.DB, indexes []string, lock bool) ([]Person, error) {
	return inLists(indexes, func(some []string) ([]Person, error) {
		var people []Person
		return people, locking(tx, lock).Where("id_number_index IN ?", some).Find(&people).Error
	})
}

// PhoneIndex gives the blind index of a phone number.
func (k *Keys) PhoneIndex(number string) string { return k.Index("persons.phone", number) }

// PersonsByPhones gives the people whom the blind indexes of phone numbers find, wherever they live: those
// without a household first, then the others who are here, then who has left. With lock, others can't change
// them until the transaction ends.
func PersonsByPhones(tx *gorm.DB, indexes []string, lock bool) ([]Person, error) {
	return inLists(indexes, func(some []string) ([]Person, error) {
		var people []Person
		return people, locking(tx, lock).Where("phone_index IN ?", some).Order("state, household_id IS NOT NULL, id").Find(&people).Error
	})
}

// PersonsOfHouseholds gives the people of the households, those who have left included. With lock,
// others can't change them until the transaction ends.
func PersonsOfHouseholds(tx *gorm.DB, homes []int64, lock bool) ([]Person, error) {
	return inLists(homes, func(some []int64) ([]Person, error) {
		var people []Person
		return people, locking(tx, lock).Where("household_id IN ?", some).Order("id").Find(&people).Error
	})
}

// AddPersons stores new people.
func AddPersons(tx *gorm.DB, people []Person) error { return AddAll(tx, people) }

// ChangePerson stores the named columns of a person, whom the caller has locked.
func ChangePerson(tx *gorm.DB, id int64, columns map[string]any, now time.Time) error {
	columns["updated_at"] = now
	return tx.Model(&Person{}).Where("id = ?", id).Updates(columns).Error
}
