package model

import "gorm.io/gorm"

// What a check of redemptions against the ledger reads.

// RedemptionsAfter gives redemptions above an id, in the order of their ids, without their codes.
func RedemptionsAfter(tx *gorm.DB, after int64, limit int) ([]Redemption, error) {
	var out []Redemption
	return out, tx.Omit("code").Where("id > ?", after).Order("id").Limit(limit).Find(&out).Error
}

// MadeLeg is what a transfer did to one account.
type MadeLeg struct {
	TransferID int64
	AccountKey string
	Amount     int64
}

// LegsOf gives what transfers did.
func LegsOf(tx *gorm.DB, transfers []int64) ([]MadeLeg, error) {
	return inLists(transfers, func(some []int64) ([]MadeLeg, error) {
		var out []MadeLeg
		return out, tx.Table("entries").Select("entries.transfer_id, accounts.account_key, entries.amount").
			Joins("JOIN accounts ON accounts.id = entries.account_id").Where("entries.transfer_id IN ?", some).Find(&out).Error
	})
}

// TransfersByIDs gives transfers, and those that reverse them.
func TransfersByIDs(tx *gorm.DB, ids []int64) ([]Transfer, error) {
	return inLists(ids, func(some []int64) ([]Transfer, error) {
		var out []Transfer
		return out, tx.Where("id IN ? OR reverses_id IN ?", some, some).Find(&out).Error
	})
}

// StrayTransfers gives the transfers of some kinds, made for redemptions, that no redemption names.
func StrayTransfers(tx *gorm.DB, kinds []string) ([]Transfer, error) {
	var out []Transfer
	return out, tx.Where("subject = ? AND kind IN ?", "redemption", kinds).
		Where("NOT EXISTS (SELECT 1 FROM redemptions WHERE redemptions.transfer_id = transfers.id)").
		Where("NOT EXISTS (SELECT 1 FROM redemptions WHERE redemptions.ended_transfer_id = transfers.id)").
		Find(&out).Error
}
