package model

import (
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// Refusals about flags.
var (
	ErrFlagNotFound = fault.New(fault.NotFound, "flag.not_found", "没有找到这条提醒，或者您不能查看。请回到列表重试。")
	ErrFlagCleared  = fault.New(fault.Conflict, "flag.cleared_already", "这条提醒已经有人处理过了。请刷新列表后再看。")
	ErrFlagOwn      = fault.New(fault.Forbidden, "flag.own", "与自己有关的提醒不能自己处理。请由另一位有权限的同志办理。")
)

// Flag says that hours look suspicious by a rule. It blocks nothing; somebody looks and clears it.
type Flag struct {
	_ struct{} `privacy:"about=volunteer; why=看起来不寻常的服务记录,供核查; kept=always; because=核查要能追溯"`

	ID          int64
	HoursID     int64
	PersonID    int64  // whose hours they are
	NodeID      int64  // that of the hours
	RuleCode    string `privacy:"mark"`
	Detail      string `privacy:"figure"`
	RaisedAt    time.Time
	ClearedAt   *time.Time
	ClearedByID int64
	Note        string `privacy:"reason"`
	OnceKey     string `privacy:"person"` // the same pattern is flagged once
}

// NewFlags gives those of the flags that were not raised before, each once.
func NewFlags(tx *gorm.DB, flags []Flag) ([]Flag, error) {
	keys := map[string]bool{}
	var fresh []Flag
	var all []string
	for _, f := range flags {
		if !keys[f.OnceKey] {
			keys[f.OnceKey] = true
			fresh, all = append(fresh, f), append(all, f.OnceKey)
		}
	}
	had, err := inLists(all, func(some []string) ([]string, error) {
		var raised []string
		return raised, tx.Model(&Flag{}).Where("once_key IN ?", some).Pluck("once_key", &raised).Error
	})
	return slices.DeleteFunc(fresh, func(f Flag) bool { return slices.Contains(had, f.OnceKey) }), err
}

// AddFlags stores flags; one that somebody else raised a moment ago is left as it is.
func AddFlags(tx *gorm.DB, flags []Flag) error {
	return AddAll(tx.Clauses(clause.OnConflict{DoNothing: true}), flags)
}

// ClearFlag writes down what somebody found who looked, once.
func ClearFlag(tx *gorm.DB, id, by int64, note string, now time.Time) error {
	return changed(tx.Model(&Flag{}).Where("id = ? AND cleared_at IS NULL", id).
		Updates(map[string]any{"cleared_at": now, "cleared_by_id": by, "note": note}), ErrFlagCleared)
}

// ListedFlag is a flag with the hours that it is about.
type ListedFlag struct {
	Flag
	Name      string // of the volunteer
	HomePath  string // where they belong
	NodeName  string
	NodePath  string
	StartsAt  time.Time
	Minutes   int64
	DecidedBy int64 // who confirmed the hours
}

func listedFlags(tx *gorm.DB) *gorm.DB {
	return tx.Table("flags").
		Select("flags.*, persons.name, homes.path AS home_path, nodes.name AS node_name, nodes.path AS node_path, hours.starts_at, hours.minutes, hours.decided_by_id AS decided_by").
		Joins("JOIN hours ON hours.id = flags.hours_id").Joins("JOIN persons ON persons.id = flags.person_id").Joins("JOIN nodes homes ON homes.id = persons.node_id").
		Joins("JOIN nodes ON nodes.id = flags.node_id")
}

// ListedFlagByID gives a flag with its hours.
func ListedFlagByID(tx *gorm.DB, id int64) (ListedFlag, error) {
	var f ListedFlag
	return f, take(listedFlags(tx).Where("flags.id = ?", id), &f, ErrFlagNotFound)
}

// FlagsUnder lists the flags of a subtree, the newest first; with those that were cleared, or without.
func FlagsUnder(tx *gorm.DB, path string, cleared bool, s Slice) ([]ListedFlag, error) {
	var out []ListedFlag
	q := InSubtree(listedFlags(tx), "nodes.path", path)
	if !cleared {
		q = q.Where("flags.cleared_at IS NULL")
	}
	return out, s.Newest(q, "flags.id").Find(&out).Error
}
