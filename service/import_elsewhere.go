package service

import (
	"fmt"
	"strconv"

	"danyuan/model"
)

// What a roster finds of people whom its community does not look after is told row by row only so far: whoever
// fills a table with guesses of somebody's phone or id number must learn no more of it than by searching.
const (
	mostElsewhere = 20 // rows of a table
	mostNamesakes = 10 // rows of a table that bear one name and are about nobody here
)

// stranger is somebody whom a row has found and who is another community's.
type stranger struct {
	person       model.Person
	line         int
	name         string // that the row gives
	column, text string // what is wrong with the row; "" where nothing is
}

// meet notes that a row has found a stranger, and what is wrong with it. It is told at the end (tellElsewhere)
// and entered into the audit log as a search is (auditStrangers).
func (l *faultList) meet(r *placed, who *model.Person, column, text string) {
	l.strangers = append(l.strangers, stranger{*who, r.line, r.name, column, text})
	if text != "" {
		l.total++
	}
}

// tellElsewhere lists the rows whose people are registered elsewhere: who has the name that the row gives, where
// few rows of the table bear it. The rest is one fault.
func (p *pass) tellElsewhere() {
	told, rest := 0, int64(0)
	for _, s := range p.faults.strangers {
		switch {
		case s.text == "":
		case told < mostElsewhere && s.person.Name == s.name && p.unknown[s.name] <= mostNamesakes:
			told++
			p.faults.keep(s.line, s.column, s.text)
		default:
			rest++
		}
	}
	if rest > 0 {
		p.faults.total -= rest
		p.faults.add(0, "", fmt.Sprintf("另有%d行的手机号或身份证号已在别处登记，没有逐行列出：这样的行太多，或者表格里同一个姓名出现得太多，或者姓名和别处登记的不一样。请核对；确实迁来的，请先在原登记的地方办理迁出。可以把名册分成几份上传，逐份核对。", rest))
	}
}

// auditStrangers enters whom a table has found elsewhere, each once, as somebody who was searched for.
func (t *tx) auditStrangers(imp model.Import, strangers []stranger) error {
	known := map[int64]bool{}
	for _, s := range strangers {
		if known[s.person.ID] {
			continue
		}
		known[s.person.ID] = true
		if err := t.audit("person.search", s.person.NodeID, "person", s.person.ID, "import:"+strconv.FormatInt(imp.ID, 10)); err != nil {
			return err
		}
	}
	return nil
}
