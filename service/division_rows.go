package service

import (
	"regexp"
	"strconv"

	"danyuan/fault"
	"danyuan/model"
)

// divisionRow is one row that is right by itself.
type divisionRow struct {
	line         int
	code, parent string
	kind         model.NodeKind
	level, name  string
}

// divisionImport is one import under way. It keeps a batch of rows, the codes that were there (as
// numbers), and the divisions that can have others below them: about 45,000 of the nation's 665,000.
type divisionImport struct {
	t       *tx
	mine    func(path string) bool
	lastID  int64
	report  DivisionReport
	seen    map[uint64]struct{}
	above   map[string]model.Node
	refused map[string]struct{} // codes of rows at fault: what is below them is not reported as well
	batch   []divisionRow
	added   []model.Node
	steps   []model.NodeChange
	first   *fault.Fault
	faults  []fault.Field
}

func newDivisionImport(t *tx, cmd Command, last int64) *divisionImport {
	return &divisionImport{
		t: t, lastID: last, seen: map[uint64]struct{}{}, above: map[string]model.Node{}, refused: map[string]struct{}{},
		mine: func(path string) bool { return cmd.bySystem() || cmd.By.May(model.ManageDivisions, path, t.now) },
	}
}

var divisionCode = regexp.MustCompile(`^[1-9][0-9]{1,11}$`)

// take adds a row to the batch, and works the batch off when it is full.
func (in *divisionImport) take(line int, cells []string) error {
	row := divisionRow{line: line, code: cells[0], level: cells[2], parent: cells[3]}
	column, why := in.check(&row, cells[1])
	if why != nil {
		in.refused[row.code] = struct{}{}
		return in.refuse(line, column, why)
	}
	if in.batch = append(in.batch, row); len(in.batch) < divisionBatch {
		return nil
	}
	return in.flush()
}

// check judges what can be judged from the row alone.
func (in *divisionImport) check(row *divisionRow, name string) (column string, why *fault.Fault) {
	if !divisionCode.MatchString(row.code) {
		return "code", model.ErrDivisionCode
	}
	number, _ := strconv.ParseUint(row.code, 10, 64) // twelve digits
	if _, twice := in.seen[number]; twice {
		return "code", model.ErrDivisionTwice
	}
	in.seen[number] = struct{}{}
	clean, err := model.NeedText("name", name, 80, false)
	if err != nil {
		return "name", fault.Of(err)
	}
	kind, ok := model.KindOfLevel(row.level)
	if !ok {
		return "level", model.ErrDivisionLevel
	}
	if row.parent != "" && !divisionCode.MatchString(row.parent) {
		return "parent_code", model.ErrDivisionCode
	}
	row.kind, row.name = kind, clean
	return "", nil
}

// flush compares the batch with what stands, row by row, and stores what differs.
func (in *divisionImport) flush() error {
	codes := make([]string, len(in.batch))
	for i, row := range in.batch {
		codes[i] = row.code
	}
	standing, err := model.NodesByCodes(in.t.DB, codes)
	if err != nil {
		return err
	}
	if err := in.findParents(); err != nil {
		return err
	}
	for _, row := range in.batch {
		var was *model.Node
		if n, stands := standing[row.code]; stands {
			was = &n
		}
		if err := in.place(row, was); err != nil {
			return err
		}
	}
	in.batch = in.batch[:0]
	if err := in.store(); err != nil {
		return err
	}
	steps := in.steps
	in.steps = in.steps[:0]
	return model.AddNodeChanges(in.t.DB, steps...)
}

// store writes the new divisions. It comes before anything that rewrites paths below.
func (in *divisionImport) store() error {
	err := model.AddDivisions(in.t.DB, in.added)
	in.added = in.added[:0]
	return err
}

// findParents reads the parents that the file has not brought: they may stand in the tree.
func (in *divisionImport) findParents() error {
	here, missing := map[string]bool{}, map[string]bool{}
	var codes []string
	for _, row := range in.batch {
		_, known := in.above[row.parent]
		if row.parent != "" && !known && !here[row.parent] && !missing[row.parent] {
			missing[row.parent] = true
			codes = append(codes, row.parent)
		}
		here[row.code] = true
	}
	found, err := model.NodesByCodes(in.t.DB, codes)
	for code, n := range found {
		in.above[code] = n
	}
	return err
}
