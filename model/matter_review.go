package model

import (
	"strings"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// PoliticalLabel is WeChat's label of words that it takes for politics. Whether those are shown decides a person.
const PoliticalLabel = 20001

// ErrMatterNoReview refuses to decide about words that wait for nobody.
var ErrMatterNoReview = fault.New(fault.Conflict, "matter.not_in_review", "这件事的文字现在不需要人工审核，可能别人已经处理，或者文字已经改过。请刷新列表后再看。")

// AfterTextCheck is what WeChat's answer makes of words; "" for an answer that there is not.
func AfterTextCheck(answer string, label int64) FileState {
	if label == PoliticalLabel {
		return FileReview
	}
	return afterAnswer[answer]
}

// CheckMatter writes what WeChat has said of a locked matter's words, or why it said nothing and a person
// must look. It tells whether the words have waited for that.
func CheckMatter(tx *gorm.DB, m *Matter, next FileState, label int64, why string, now time.Time) (bool, error) {
	set := map[string]any{"check_state": next, "check_label": label, "check_reason": why}
	after := *m
	after.CheckState, after.CheckLabel, after.CheckReason = next, label, why
	if next != FileReview {
		after.CheckedAt, after.CheckSince = &now, nil
		set["checked_at"], set["check_since"] = now, nil
	}
	did, err := touched(tx.Model(&Matter{}).Where("id = ? AND check_state = ?", m.ID, FilePending).Updates(set))
	if did {
		*m = after
	}
	return did, err
}

// DecideMatterWords writes what a person has decided about a locked matter's words that wait for one.
func DecideMatterWords(tx *gorm.DB, m *Matter, next FileState, by int64, reason string, now time.Time) error {
	err := changed(tx.Model(&Matter{}).Where("id = ? AND check_state = ?", m.ID, FileReview).
		Updates(map[string]any{"check_state": next, "check_reason": reason, "checked_by_id": by, "checked_at": now, "check_since": nil}), ErrMatterNoReview)
	if err == nil {
		m.CheckState, m.CheckReason, m.CheckedByID, m.CheckedAt, m.CheckSince = next, reason, by, &now, nil
	}
	return err
}

// UncheckedMatters gives matters whose words have waited for WeChat since before a moment, the oldest first.
func UncheckedMatters(tx *gorm.DB, before time.Time, limit int) ([]int64, error) {
	var ids []int64
	return ids, tx.Model(&Matter{}).Where("check_state = ? AND check_since < ?", FilePending, before).Order("id").Limit(limit).Pluck("id", &ids).Error
}

// MattersInReview lists the matters of a subtree whose words wait for a person, the oldest first; none
// that are hidden from the reader because they are or were chief there.
func MattersInReview(tx *gorm.DB, path string, by Actor, now time.Time, part Slice) ([]ListedMatter, error) {
	q := exceptHidden(InSubtree(listedMatters(tx, "matters"), "nodes.path", path).Where("matters.check_state = ?", FileReview), by.Led(now))
	var out []ListedMatter
	return out, part.Oldest(q, "matters.id").Find(&out).Error
}

// HiddenMatterOf gives the matter that a photo belongs to, if it is hidden from its chief; else nil.
func HiddenMatterOf(tx *gorm.DB, f File) (*Matter, error) {
	if f.Subject != MatterFiles && !strings.HasPrefix(f.Subject, MatterFiles+".") {
		return nil, nil
	}
	var found []Matter
	if err := tx.Where("id = ? AND anonymity = ?", f.SubjectID, HiddenFromChief).Find(&found).Error; err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Led is a unit that an actor leads, or has led from one moment until another.
type Led struct {
	NodeID int64
	From   time.Time
	Until  *time.Time // nil: they lead it now
}

// Led gives the units whose chief an actor is or was: what was reported there meanwhile and hidden from the chief is
// hidden from them, of those that they lead now all that is.
func (a Actor) Led(now time.Time) []Led {
	var led []Led
	for _, g := range a.Grants {
		switch {
		case g.Role != UnitChief || g.From.After(now):
		case g.Active(now):
			led = append(led, Led{NodeID: g.NodeID})
		default:
			led = append(led, Led{g.NodeID, g.From, g.Until})
		}
	}
	return led
}

// Hides tells whether a matter is hidden from who leads, or has led, the unit.
func (l Led) Hides(m Matter) bool {
	return m.Anonymity == HiddenFromChief && l.NodeID == m.NodeID &&
		(l.Until == nil || !m.CreatedAt.Before(l.From) && m.CreatedAt.Before(*l.Until))
}

// hiddenFrom is Hides of any of them, as a condition on matters.
func hiddenFrom(led []Led) (condition string, args []any) {
	each := make([]string, len(led))
	args = append(args, HiddenFromChief)
	for i, l := range led {
		each[i], args = "matters.node_id = ?", append(args, l.NodeID)
		if l.Until != nil {
			each[i], args = each[i]+" AND matters.created_at >= ? AND matters.created_at < ?", append(args, l.From, *l.Until)
		}
	}
	return "matters.anonymity = ? AND (" + strings.Join(each, " OR ") + ")", args
}

// TextLabelTitle is what people call what WeChat has found in words; "" for nothing, and for what we know no word for.
func TextLabelTitle(label int64) string {
	return map[int64]string{
		10001: "广告", PoliticalLabel: "时政", 20002: "色情", 20003: "辱骂", 20006: "违法犯罪", 20008: "欺诈", 20012: "低俗", 20013: "版权", 21000: "其他",
	}[label]
}
