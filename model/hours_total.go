package model

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ServiceTotal is what a person's confirmed hours come to. It is kept as hours are confirmed, corrected and
// made void, so that reading it costs the same after one service and after a thousand; `danyuan verify` holds
// it against the hours themselves.
type ServiceTotal struct {
	_ struct{} `privacy:"about=volunteer; why=服务的次数和时长合计; kept=always; because=志愿服务记录依规定长期保存"`

	PersonID int64 `gorm:"primaryKey;autoIncrement:false"`
	Services int64 `privacy:"figure"`
	Minutes  int64 `privacy:"figure"`
}

// CountServices adds confirmed hours to the totals of those who served. The caller has locked them.
func CountServices(tx *gorm.DB, list []Hours) error { return addToTotals(tx, list, nil) }

// UncountServices takes hours out of the totals that are confirmed no more. The caller has locked who served.
func UncountServices(tx *gorm.DB, list []Hours) error { return addToTotals(tx, nil, list) }

// RecountCorrected puts what hours say now into the totals in the place of what they said. The caller has
// locked who served.
func RecountCorrected(tx *gorm.DB, was, now Hours) error {
	return addToTotals(tx, []Hours{now}, []Hours{was})
}

func addToTotals(tx *gorm.DB, in, out []Hours) error {
	at := map[int64]int{}
	var sums []ServiceTotal
	add := func(list []Hours, sign int64) {
		for _, h := range list {
			i, ok := at[h.PersonID]
			if !ok {
				i = len(sums)
				at[h.PersonID], sums = i, append(sums, ServiceTotal{PersonID: h.PersonID})
			}
			sums[i].Services += sign
			sums[i].Minutes += sign * h.Minutes
		}
	}
	add(in, 1)
	add(out, -1)
	adding := clause.OnConflict{Columns: []clause.Column{{Name: "person_id"}}, DoUpdates: clause.Set{added(tx, "service_totals", "services"), added(tx, "service_totals", "minutes")}}
	for some := range slices.Chunk(sums, RowsAtOnce) {
		if err := tx.Clauses(adding).Create(&some).Error; err != nil {
			return err
		}
	}
	return nil
}

// HoursTotal is what a person's hours come to.
type HoursTotal struct {
	Records int64 // confirmed
	Minutes int64 // confirmed
	Waiting int64 // records that wait to be confirmed
}

// TotalHours gives what a person's hours come to.
func TotalHours(tx *gorm.DB, person int64) (HoursTotal, error) {
	var t HoursTotal
	err := tx.Raw("SELECT COALESCE((SELECT services FROM service_totals WHERE person_id = ?), 0) AS records, "+
		"COALESCE((SELECT minutes FROM service_totals WHERE person_id = ?), 0) AS minutes, "+
		"(SELECT COUNT(*) FROM hours WHERE person_id = ? AND state = ?) AS waiting", person, person, person, HoursClaimed).Scan(&t).Error
	return t, err
}

// TotalsAstray looks at the totals of so many people, from the one after a person on, and gives those whose
// totals are not what their confirmed hours come to, and whom it looked at last; 0 when nobody is left.
func TotalsAstray(tx *gorm.DB, after int64, many int) (astray []int64, last int64, err error) {
	var people []int64
	if err := tx.Model(&Person{}).Where("id > ?", after).Order("id").Limit(many).Pluck("id", &people).Error; err != nil || len(people) == 0 {
		return nil, 0, err
	}
	last = people[len(people)-1]
	err = tx.Raw("SELECT persons.id FROM persons LEFT JOIN service_totals ON service_totals.person_id = persons.id "+
		"LEFT JOIN (SELECT person_id, COUNT(*) AS services, SUM(minutes) AS minutes FROM hours WHERE person_id > ? AND person_id <= ? AND state = ? GROUP BY person_id) AS served "+
		"ON served.person_id = persons.id WHERE persons.id > ? AND persons.id <= ? AND (COALESCE(service_totals.services, 0) <> COALESCE(served.services, 0) "+
		"OR COALESCE(service_totals.minutes, 0) <> COALESCE(served.minutes, 0)) ORDER BY persons.id", after, last, HoursConfirmed, after, last).Scan(&astray).Error
	return astray, last, err
}

// RecountServices makes a person's total what their confirmed hours come to. The caller has locked them.
func RecountServices(tx *gorm.DB, person int64) error {
	t := ServiceTotal{PersonID: person}
	err := tx.Model(&Hours{}).Select("COUNT(*) AS services, COALESCE(SUM(minutes), 0) AS minutes").
		Where("person_id = ? AND state = ?", person, HoursConfirmed).Row().Scan(&t.Services, &t.Minutes)
	if err != nil {
		return err
	}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "person_id"}}, DoUpdates: clause.AssignmentColumns([]string{"services", "minutes"})}).Create(&t).Error
}
