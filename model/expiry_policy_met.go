package model

import (
	"slices"
	"time"

	"gorm.io/gorm"
)

// MetExpiry is a policy that has met somebody, with what they have lost by it.
type MetExpiry struct {
	ExpiryPolicy

	Lost int64
}

// LockExpiriesMet gives the policies that have met a person since a moment, the first first: those of
// where the person lives now, and those by which they have lost something. One that is not done yet goes
// on only when the transaction has ended. The caller locks accounts afterwards.
func LockExpiriesMet(tx *gorm.DB, person int64, since, now time.Time) ([]MetExpiry, error) {
	var all []ExpiryPolicy
	err := tx.Where("state <> ? AND effective_at <= ? AND (done_at IS NULL OR done_at > ?)", ExpiryRevoked, now, since).
		Order("effective_at, id").Find(&all).Error
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var home string
	err = tx.Table("persons").Select("nodes.path").Joins("JOIN nodes ON nodes.id = persons.node_id").Where("persons.id = ?", person).Scan(&home).Error
	if err != nil {
		return nil, err
	}
	var met []MetExpiry
	for _, p := range all {
		if p.State != ExpiryDone {
			if p, err = LockExpiry(tx, p.ID); err != nil {
				return nil, err
			}
		}
		m := MetExpiry{ExpiryPolicy: p}
		err := tx.Model(&ExpiredPoints{}).Select("COALESCE(SUM(points), 0)").Where("policy_id = ? AND person_id = ?", p.ID, person).Scan(&m.Lost).Error
		if err != nil {
			return nil, err
		}
		if m.Lost > 0 || slices.Contains(PathIDs(home), p.DistrictID) && (p.State == ExpiryDone || p.ExpiredUpto >= person) {
			met = append(met, m)
		}
	}
	return met, nil
}

// PointsHad gives what a record had given on an account by a moment.
func PointsHad(tx *gorm.DB, key, subject string, id int64, by time.Time) (int64, error) {
	var had int64
	return had, tx.Table("entries").Select("COALESCE(SUM(entries.amount), 0)").
		Joins("JOIN accounts ON accounts.id = entries.account_id").Joins("JOIN transfers ON transfers.id = entries.transfer_id").
		Where("accounts.account_key = ? AND transfers.subject = ? AND transfers.subject_id = ? AND transfers.at < ?", key, subject, id, by).Scan(&had).Error
}
