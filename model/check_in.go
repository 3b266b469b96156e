package model

import (
	"strconv"
	"time"
)

// CheckInState is how far an in-service member's check-in (双报到) has come.
type CheckInState string

// The states of a check-in.
const (
	CheckInPending  CheckInState = "pending"
	CheckInAccepted CheckInState = "accepted"
	CheckInRefused  CheckInState = "refused"
	CheckInEnded    CheckInState = "ended"
)

// WorkUnit is where an in-service member's Party membership is.
type WorkUnit struct {
	ID        int64
	Name      string
	CreatedAt time.Time
}

// CheckIn is an in-service member's report to the community where they live. An accepted one has a
// numbered receipt; OpenPersonID holds the person while it is pending or accepted.
type CheckIn struct {
	ID            int64
	PersonID      int64
	CommunityID   int64
	WorkUnitID    int64
	State         CheckInState
	AppliedAt     time.Time
	DecidedAt     *time.Time
	DecidedByID   int64
	EndedAt       *time.Time
	Reason        string
	ReceiptNumber *string
	ReceiptCode   string `gorm:"serializer:sealed"`
	OpenPersonID  *int64
}

// ReceiptSequence names the sequence that numbers a community's receipts of one year.
func ReceiptSequence(community string, year int) string {
	return "receipt:" + community + ":" + strconv.Itoa(year)
}
