package model

import (
	"database/sql"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"
)

// AuditLink is an audit entry's place in the chain: its hash binds the entry, the link, and through the
// link before it every entry before. It is made with our key, so that whoever can write to the database
// alone can't make the chain anew.
type AuditLink struct {
	_ struct{} `privacy:"about=officer; why=审计日志的链:哪一条都不能改、不能删; kept=always; because=日志只增不改,依法留存"`

	Seq      int64 `gorm:"primaryKey;autoIncrement:false" privacy:"figure"`
	AuditID  int64
	LinkedAt time.Time
	Hash     string `privacy:"hash"`
}

// An entry that commits late has an id from when it was written: ids are not in commit order. What was written
// longestWriting before the newest link, and lateAudits ids more, is committed: so far back entries without a link are
// looked for. Counted in ids alone it would not do, since one import enters some hundred thousand.
const (
	longestWriting = time.Hour
	lateAudits     = 50_000
)

// settledAudits gives the id up to which every entry was committed when a link, the newest, was made.
func settledAudits(tx *gorm.DB, last AuditLink) (int64, error) {
	if last.Seq == 0 {
		return 0, nil
	}
	before, err := maybe[AuditLink](tx.Where("linked_at <= ?", last.LinkedAt.Add(-longestWriting)).Order("seq DESC"))
	if err != nil || before == nil {
		return 0, err
	}
	return before.AuditID - lateAudits, nil
}

// UnlinkedAudits gives at most limit entries that have no link yet, in the order of their ids. Looking for them
// takes longer than linking them, and needs no lock.
func UnlinkedAudits(h *gorm.DB, limit int) ([]int64, error) {
	last, err := lastAuditLink(h)
	if err != nil {
		return nil, err
	}
	settled, err := settledAudits(h, last)
	if err != nil {
		return nil, err
	}
	var ids []int64
	return ids, unlinked(h).Where("audits.id > ?", settled).Order("audits.id").Limit(limit).Pluck("audits.id", &ids).Error
}

// LinkAudits links those of some entries that have no link yet, in the order of their ids, and gives how many.
// Links are made by one transaction at a time; on a database server nobody who writes
// entries waits for it.
func LinkAudits(tx *gorm.DB, now time.Time, ids []int64) (int, error) {
	if err := lockName(tx, "audit_chain"); err != nil {
		return 0, err
	}
	last, err := lastAuditLink(tx)
	if err != nil {
		return 0, err
	}
	entries, err := inLists(ids, func(some []int64) ([]Audit, error) {
		var them []Audit
		return them, unlinked(tx).Select("audits.*").Where("audits.id IN ?", some).Order("audits.id").Find(&them).Error
	})
	if err != nil {
		return 0, err
	}
	links := make([]AuditLink, len(entries))
	for i, e := range entries {
		l := AuditLink{Seq: last.Seq + 1, AuditID: e.ID, LinkedAt: now}
		l.Hash = base64.RawURLEncoding.EncodeToString(KeysOf(tx).Sign(linkedBy, linkText(last.Hash, l, e)))
		links[i], last = l, l
	}
	return len(links), AddAll(tx, links)
}

const linkedBy = "audit link"

// unlinked are the entries without a link.
func unlinked(tx *gorm.DB) *gorm.DB {
	return tx.Model(&Audit{}).Joins("LEFT JOIN audit_links ON audit_links.audit_id = audits.id").Where("audit_links.audit_id IS NULL")
}

func lastAuditLink(tx *gorm.DB) (AuditLink, error) {
	l, err := maybe[AuditLink](tx.Order("seq DESC"))
	if err != nil || l == nil {
		return AuditLink{}, err
	}
	return *l, nil
}

// linkText is what a link's hash binds, each part with its length before it.
func linkText(before string, l AuditLink, e Audit) (text []byte) {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	for _, part := range []string{
		before, number(l.Seq), number(l.AuditID), number(l.LinkedAt.Unix()),
		number(e.ID), number(e.At.Unix()), number(e.UserID), number(e.PersonID), e.Action, number(e.NodeID), e.Subject, number(e.SubjectID), e.Detail,
	} {
		text = fmt.Appendf(text, "%d:%s", len(part), part)
	}
	return text
}

// AuditChain is how far the audit log is linked. Head is the hash of its last link, "" while there is none.
type AuditChain struct {
	Linked, Waiting int64
	Head            string
	LinkedAt        time.Time
}

// AuditChainNow gives it, without looking at the links before the last.
func AuditChainNow(tx *gorm.DB) (AuditChain, error) {
	last, err := lastAuditLink(tx)
	if err != nil {
		return AuditChain{}, err
	}
	settled, err := settledAudits(tx, last)
	c := AuditChain{Linked: last.Seq, Head: last.Hash, LinkedAt: last.LinkedAt}
	if err != nil {
		return c, err
	}
	return c, unlinked(tx).Where("audits.id > ?", settled).Count(&c.Waiting).Error
}

// AuditsAstray recomputes the chain from its first link, and reports each link and entry that is not what
// it was when it was linked, by the entry's id. noted is a head that somebody has noted down before, ""
// for none: it must be in the chain. tx is a snapshot; rows are read one after another.
func AuditsAstray(tx *gorm.DB, noted string, report func(Astray)) (AuditChain, error) {
	c, met, err := followAudits(tx, noted, report)
	if err != nil {
		return c, err
	}
	if noted != "" && !met {
		report(Astray{0, fmt.Sprintf("the chain has no link %s: the newest entries were removed, or all of it was made anew", noted)})
	}
	last, err := lastAuditLink(tx)
	if err != nil {
		return c, err
	}
	settled, err := settledAudits(tx, last)
	if err != nil {
		return c, err
	}
	var never []int64
	if err := unlinked(tx).Where("audits.id <= ?", settled).Order("audits.id").Pluck("audits.id", &never).Error; err != nil {
		return c, err
	}
	for _, id := range never {
		report(Astray{id, "it is in no link, and those after it are"})
	}
	return c, unlinked(tx).Where("audits.id > ?", settled).Count(&c.Waiting).Error
}

func followAudits(tx *gorm.DB, noted string, report func(Astray)) (c AuditChain, met bool, err error) {
	rows, err := tx.Raw(`SELECT l.seq, l.audit_id, l.linked_at, l.hash, a.id, a.at, a.user_id, a.person_id, a.action, a.node_id, a.subject, a.subject_id, a.detail
		FROM audit_links l LEFT JOIN audits a ON a.id = l.audit_id ORDER BY l.seq`).Rows()
	if err != nil {
		return c, false, err
	}
	defer func() { _ = rows.Close() }()
	keys := KeysOf(tx)
	for rows.Next() {
		var l AuditLink
		var id, user, person, node, subjectID sql.NullInt64
		var at sql.NullTime
		var action, subject, detail sql.NullString
		err := rows.Scan(&l.Seq, &l.AuditID, &l.LinkedAt, &l.Hash, &id, &at, &user, &person, &action, &node, &subject, &subjectID, &detail)
		if err != nil {
			return c, false, err
		}
		c.Linked++
		e := Audit{
			ID: id.Int64, At: at.Time, UserID: user.Int64, PersonID: person.Int64, Action: action.String, NodeID: node.Int64,
			Subject: subject.String, SubjectID: subjectID.Int64, Detail: detail.String,
		}
		hash, broken := base64.RawURLEncoding.DecodeString(l.Hash)
		switch {
		case !id.Valid:
			report(Astray{l.AuditID, fmt.Sprintf("it is gone; link %d names it", l.Seq)})
		case l.Seq != c.Linked:
			report(Astray{l.AuditID, fmt.Sprintf("link %d is missing before its link %d", c.Linked, l.Seq)})
			c.Linked = l.Seq
		case broken != nil || !keys.Signed(linkedBy, linkText(c.Head, l, e), hash):
			report(Astray{l.AuditID, fmt.Sprintf("it, its link %d or the link before is not what it was when it was linked", l.Seq)})
		}
		c.Head, c.LinkedAt, met = l.Hash, l.LinkedAt, met || l.Hash == noted
	}
	return c, met, rows.Err()
}
