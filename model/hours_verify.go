package model

import (
	"fmt"

	"gorm.io/gorm"
)

// Astray are hours that are not what their days and their transfer make them.
type Astray struct {
	ID   int64 // of the hours; of the transfer where there are none
	What string
}

// HoursAstray holds confirmed hours against their days and transfers, and both against hours: nobody has
// points without hours that gave them, and no hours have lost theirs.
func HoursAstray(tx *gorm.DB, report func(Astray)) error {
	for _, look := range []func(*gorm.DB, func(Astray)) error{daysAstray, givenAstray, transfersAstray} {
		if err := look(tx.Session(&gorm.Session{}), report); err != nil {
			return err
		}
	}
	return nil
}

func daysAstray(tx *gorm.DB, report func(Astray)) error {
	var rows []struct{ ID, Minutes, Points, DayMinutes, DayPoints int64 }
	err := tx.Raw("SELECT hours.id, hours.minutes, hours.points, COALESCE(SUM(hours_days.minutes), 0) AS day_minutes, COALESCE(SUM(hours_days.points), 0) AS day_points " +
		"FROM hours LEFT JOIN hours_days ON hours_days.hours_id = hours.id AND hours_days.person_id = hours.person_id " +
		"GROUP BY hours.id, hours.minutes, hours.points, hours.state HAVING COALESCE(SUM(hours_days.points), 0) <> hours.points " +
		"OR COALESCE(SUM(hours_days.minutes), 0) <> CASE WHEN hours.state = 'confirmed' THEN hours.minutes ELSE 0 END ORDER BY hours.id").Scan(&rows).Error
	for _, r := range rows {
		report(Astray{r.ID, fmt.Sprintf("%d minutes and %d points, its days say %d and %d", r.Minutes, r.Points, r.DayMinutes, r.DayPoints)})
	}
	return err
}

func givenAstray(tx *gorm.DB, report func(Astray)) error {
	var rows []struct {
		ID, Points, Given int64
		State             HoursState
	}
	// To whose they are, not to anybody else.
	const given = "COALESCE(SUM(CASE WHEN accounts.account_key = CONCAT('points/person/', hours.person_id) THEN entries.amount ELSE 0 END), 0)"
	err := tx.Raw("SELECT hours.id, hours.points, hours.state, " + given + " AS given FROM hours " +
		"LEFT JOIN transfers ON transfers.id = hours.transfer_id AND transfers.subject = 'hours' AND transfers.subject_id = hours.id AND transfers.reverses_id IS NULL " +
		"LEFT JOIN entries ON entries.transfer_id = transfers.id AND entries.amount > 0 LEFT JOIN accounts ON accounts.id = entries.account_id " +
		"WHERE hours.points <> 0 OR hours.transfer_id IS NOT NULL GROUP BY hours.id, hours.points, hours.state, hours.transfer_id, hours.person_id " +
		"HAVING " + given + " <> hours.points OR hours.state <> 'confirmed' OR hours.points = 0 ORDER BY hours.id").Scan(&rows).Error
	for _, r := range rows {
		report(Astray{r.ID, fmt.Sprintf("%s with %d points, its transfer gave %d", r.State, r.Points, r.Given)})
	}
	return err
}

func transfersAstray(tx *gorm.DB, report func(Astray)) error {
	var ids []int64
	err := tx.Raw("SELECT given.id FROM transfers AS given LEFT JOIN transfers AS undone ON undone.reverses_id = given.id LEFT JOIN hours ON hours.id = given.subject_id AND hours.transfer_id = given.id " +
		"WHERE given.kind = 'hours.earned' AND ((undone.id IS NULL AND hours.id IS NULL) OR (undone.id IS NOT NULL AND hours.id IS NOT NULL)) ORDER BY given.id").Scan(&ids).Error
	for _, id := range ids {
		report(Astray{id, "a transfer that no hours have, or that is undone and still theirs"})
	}
	return err
}
