package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"danyuan/fault"
	"danyuan/model"
)

// NoticeImport tells whoever handed in a table how its import ended.
const NoticeImport = "import"

// giveUpImport ends an import for good when trying again can't help, and hands back what may pass.
func (s *Service) giveUpImport(ctx context.Context, imp model.Import, err error) error {
	switch kind := fault.KindOf(err); {
	case err == nil || errors.Is(err, errImportGone):
		return nil
	case imp.ID == 0 || ctx.Err() != nil:
		return err
	case kind == fault.Internal || kind == fault.Unavailable:
		if imp.Tries < model.ImportTries {
			return err
		}
		s.Log.ErrorContext(ctx, "an import has failed too often", slog.Int64("import", imp.ID), slog.String("error", err.Error()))
		imp.State, err = model.ImportFailed, model.ErrImportFailed
	default:
		imp.State = model.ImportRefused
	}
	faults := &faultList{}
	faults.add(0, "", faultText(err))
	imp.Failure, imp.ImportCounts = fault.CodeOf(err), model.ImportCounts{}
	return s.endImport(ctx, imp, faults)
}

func faultText(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Text
	}
	return model.ErrImportFailed.Text
}

// endImport stores how an import ended without having written anything.
func (s *Service) endImport(ctx context.Context, imp model.Import, faults *faultList) error {
	_, err := inTx(ctx, s, Command{By: model.Actor{UserID: imp.ByUserID, PersonID: imp.ByPersonID}}, func(t *tx) (struct{}, error) {
		return struct{}{}, t.endImport(imp, faults)
	})
	if errors.Is(err, errImportGone) {
		return nil
	}
	return err
}

func (t *tx) endImport(imp model.Import, faults *faultList) error {
	imp.FinishedAt = &t.now
	if faults != nil {
		imp.Faults = faults.total
	}
	ended, err := model.EndImport(t.DB, imp)
	if err != nil {
		return err
	}
	if !ended {
		return errImportGone
	}
	if faults != nil {
		if err := model.AddImportFaults(t.DB, faults.of(imp.ID)); err != nil {
			return err
		}
		if err := t.auditStrangers(imp, faults.strangers); err != nil {
			return err
		}
	}
	if err := t.audit("import.end", imp.NodeID, "import", imp.ID, importDetail(imp)); err != nil {
		return err
	}
	id := strconv.FormatInt(imp.ID, 10)
	title, body := importNews(imp)
	return t.notify(imp.ByPersonID, NoticeImport, title, body, "staff/imports/one?id="+id, "import:"+id)
}

// importNews is what whoever handed in a table is told at the end.
func importNews(imp model.Import) (title, body string) {
	title = importTitles[imp.Kind] + "导入"
	if imp.DryRun {
		title = importTitles[imp.Kind] + "试导入"
	}
	switch {
	case imp.State == model.ImportFailed:
		return title + "失败", model.ErrImportFailed.Text
	case imp.State == model.ImportRefused:
		return title + "没有通过", fmt.Sprintf("有 %d 处需要改正，没有导入任何内容。请查看错误清单，改好后重新上传。", imp.Faults)
	case imp.DryRun:
		return title + "通过", fmt.Sprintf("没有发现错误。正式导入会新增 %d 行，更新 %d 行，%d 行没有变化。", imp.Added, imp.Changed, imp.Unchanged) + unusedColumns(imp)
	}
	return title + "完成", fmt.Sprintf("新增 %d 行，更新 %d 行，%d 行没有变化。", imp.Added, imp.Changed, imp.Unchanged) + unusedColumns(imp)
}

// mostTitles is how many of the columns that were not used a notice names.
const mostTitles = 5

// unusedColumns names the columns from which nothing was taken: under a title that nobody knows, everybody's phone
// numbers would be missing and nobody would notice.
func unusedColumns(imp model.Import) string {
	if len(imp.Ignored) == 0 {
		return ""
	}
	more := ""
	if len(imp.Ignored) > mostTitles {
		more = fmt.Sprintf("等%d列", len(imp.Ignored))
	}
	return "表格里这些列没有用到：" + strings.Join(imp.Ignored[:min(len(imp.Ignored), mostTitles)], "、") + more + "。如果里面有要导入的内容，请按模板改好表头再上传一次。"
}
