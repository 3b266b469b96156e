package model

import "time"

// ImportState is how far an import has come.
type ImportState string

// The states of an import.
const (
	ImportQueued  ImportState = "queued"
	ImportRunning ImportState = "running"
	ImportDone    ImportState = "done"    // applied, or, in a dry run, found without fault
	ImportRefused ImportState = "refused" // rows are at fault; nothing was changed
	ImportFailed  ImportState = "failed"  // our failure; nothing was changed
)

// Import is a file that somebody handed in. The file is sealed and dropped when the import is over.
type Import struct {
	ID         int64
	Kind       string
	NodeID     int64
	ByPersonID int64
	DryRun     bool
	State      ImportState
	File       []byte `gorm:"serializer:sealed"`
	FileHash   string
	TotalRows  int64
	DoneRows   int64
	Added      int64
	Changed    int64
	Unchanged  int64
	Faults     int64
	Failure    string
	CreatedAt  time.Time
	FinishedAt *time.Time
}

// ImportFault is what is wrong with one cell, in words for the person who fills in the table.
type ImportFault struct {
	ID         int64
	ImportID   int64
	Line       int64
	ColumnName string
	Text       string
}
