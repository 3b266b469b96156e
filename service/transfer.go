package service

import (
	"danyuan/model"
	"danyuan/service/ledger"
)

// open locks accounts of the ledger, in the order of their keys, and makes those that there are not
// yet. Nodes, persons and whatever else a transaction locks come before.
func (t *tx) open(keys ...ledger.Key) error { return t.draft.book.Open(t.draft.raw, t.now, keys...) }

// balance gives what an open account holds now.
func (t *tx) balance(key ledger.Key) int64 { return t.draft.book.Balance(key) }

// transfer moves amounts between open accounts, for the sake of a record: ledger.ErrShort when one of
// them has too little. It gives the transfer's id.
func (t *tx) transfer(kind, subject string, subjectID int64, legs ...ledger.Leg) (int64, error) {
	made := t.newTransfer(kind, subject, subjectID)
	return made.ID, t.draft.book.Transfer(made, legs...)
}

// reverse undoes a transfer by its counter-transfer, once: ledger.ErrReversed the second time,
// ledger.ErrShort when what it gave out is spent. It gives the counter-transfer's id.
func (t *tx) reverse(original int64, kind, subject string, subjectID int64) (int64, error) {
	made := t.newTransfer(kind, subject, subjectID)
	return made.ID, t.draft.book.Reverse(t.DB, original, made)
}

func (t *tx) newTransfer(kind, subject string, subjectID int64) model.Transfer {
	return model.Transfer{ID: model.NewID(t.now), Kind: kind, Subject: subject, SubjectID: subjectID, ByPersonID: t.by.PersonID, At: t.now}
}
