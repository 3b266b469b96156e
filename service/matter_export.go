package service

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service/sheet"
)

// An export has at most so many rows, and reads so many at once.
const (
	exportedAtMost = 50_000
	exportedAtOnce = 400
)

// ErrMatterExport refuses an export that is too long.
var ErrMatterExport = fault.New(fault.Conflict, "matter.export_too_long", "要导出的事项超过50000件。请缩短日期范围，或者按类别、状态分次导出。")

var exportHeader = []string{
	"编号", "类别", "单元", "地点", "内容", "紧急", "上报人", "代为上报", "状态", "现在在哪一级", "上报时间", "受理时间", "办结时间", "销号时间", "结果", "重新办理次数", "最后答复",
}

// ExportMatters writes the matters that AreaMatters lists as a table, and names it. Who took it is in the audit
// log before anything is given out; the table is of one moment. Refusals: those of AreaMatters;
// matter.export_too_long.
func (s *Service) ExportMatters(ctx context.Context, by model.Actor, node int64, want MatterQuery, w io.Writer) (string, error) {
	type allowed struct {
		place  model.Place
		filter model.MatterFilter
	}
	a, err := inTx(ctx, s, Command{By: by}, func(t *tx) (a allowed, err error) {
		var area model.MatterArea
		if a.place, area, err = matterArea(t.DB, by, node, t.now); err != nil {
			return a, err
		}
		if a.filter, err = want.filter(area, t.now); err != nil {
			return a, err
		}
		return a, t.audit("matter.export", node, "node", node, want.said())
	})
	if err != nil {
		return "", err
	}
	name := "民情账本-" + a.place.Name + "-" + a.filter.Now.In(model.Beijing).Format("20060102")
	return name, s.DB.Snapshot(ctx, func(h *gorm.DB) error {
		return sheet.Write(w, sheet.XLSX, "民情账本", exportHeader, exportedRows(h, a.filter))
	})
}

// said names what a query asks for, and nothing of what it says.
func (q MatterQuery) said() string {
	var names []string
	for _, of := range []struct {
		name string
		said bool
	}{
		{"text", q.Text != ""}, {"state", q.State != ""}, {"open", q.Open != nil}, {"step", q.Step != ""}, {"category", q.Category != ""},
		{"overdue", q.Overdue}, {"urgent", q.Urgent}, {"from", q.From != ""}, {"until", q.Until != ""},
	} {
		if of.said {
			names = append(names, of.name)
		}
	}
	return strings.Join(names, ",")
}

// exportedRows gives the rows one by one, reading some at a time.
func exportedRows(h *gorm.DB, f model.MatterFilter) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		n, slice := 0, model.Slice{Limit: exportedAtOnce}
		for {
			some, next, err := model.MattersIn(h, f, slice)
			var progress map[int64]model.MatterProgress
			var places map[string]string
			if err == nil {
				progress, err = model.MatterProgressOf(h, some)
			}
			if err == nil {
				places, err = model.PlaceNames(h, pathsOf(some))
			}
			if n += len(some); err == nil && n > exportedAtMost {
				err = ErrMatterExport
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, m := range some {
				if !yield(exportedRow(m, places[m.NodePath], progress[m.ID]), nil) {
					return
				}
			}
			if slice.After = next; next == 0 {
				return
			}
		}
	}
}

func pathsOf(all []model.ListedMatter) []string {
	paths := make([]string, len(all))
	for i, m := range all {
		paths[i] = m.NodePath
	}
	return paths
}

// exportedRow is one matter. Whoever an area lists it to sees its record, and there its reporter's name.
func exportedRow(m model.ListedMatter, place string, p model.MatterProgress) []string {
	urgent := ""
	if m.Urgent {
		urgent = "紧急"
	}
	return []string{
		fmt.Sprint(m.ID), m.CategoryName, place, m.Place, m.Words, urgent, m.ReporterName, m.EnteredBy, m.State.Title(), m.Step.Title(),
		minute(&m.CreatedAt), minute(p.AcceptedAt), minute(p.ResolvedAt), minute(m.ClosedAt), m.Outcome.Title(), fmt.Sprint(m.Reopened), p.Answer,
	}
}

// minute writes a time as people here read it; "" for none.
func minute(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.In(model.Beijing).Format("2006-01-02 15:04")
}
