package service

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"danyuan/model"
)

// RedactWords makes a matter show another text; everybody sees that, and that it was changed. The original
// stays for who may redact. Refusals: matter.not_found outside the actor's scope, matter.own,
// matter.no_such_event, matter.no_words, matter.same_words, and those of texts.
func (s *Service) RedactWords(ctx context.Context, cmd Command, id int64, at model.MatterText, words, reason string) (MatterRecord, error) {
	words, err := model.NeedText("body.words", words, at.Most(), at >= model.ReportWords)
	if err != nil {
		return MatterRecord{}, err
	}
	reason, err = model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return MatterRecord{}, err
	}
	return s.onMatter(ctx, cmd, id, func(t *tx, m *model.ListedMatter, _ MatterSeenAs) error {
		if err := t.needRedacting(*m); err != nil {
			return err
		}
		o := model.MatterOriginal{ByPersonID: t.by.PersonID, At: t.now, Reason: reason}
		if err := model.RedactMatterText(t.DB, &m.Matter, at, words, t.by.UserID, o); err != nil {
			return err
		}
		if at.Checked() {
			if err := t.owe(checkMatter, m.ID, "", t.now); err != nil {
				return err
			}
		}
		what := "event " + strconv.FormatInt(at.Event(), 10)
		switch {
		case at == model.ReportPlace:
			what = "place"
		case at < model.ReportPlace:
			what = "answer " + strconv.FormatInt(at.Question(), 10)
		}
		return t.redacted(m.Matter, reason, what)
	})
}

// RedactPhoto takes a photo out of a matter's record; a replacement, an upload of the actor's, takes its
// place. Refusals: matter.not_found outside the actor's scope, matter.own, file.not_found for what is no
// photo of this record, and those of attached photos.
func (s *Service) RedactPhoto(ctx context.Context, cmd Command, id, photo, replacement int64, reason string) (MatterRecord, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return MatterRecord{}, err
	}
	return s.onMatter(ctx, cmd, id, func(t *tx, m *model.ListedMatter, _ MatterSeenAs) error {
		if err := t.needRedacting(*m); err != nil {
			return err
		}
		files, err := model.LockFiles(t.DB, []int64{photo, replacement})
		if err != nil {
			return err
		}
		was := files[photo]
		seq := eventOfPhoto(m.Matter, was)
		if seq == 0 {
			return model.ErrFileNotFound
		}
		if err := model.WithholdFile(t.DB, was); err != nil {
			return err
		}
		o := model.MatterOriginal{ByPersonID: t.by.PersonID, At: t.now, Reason: reason}
		if err := model.KeepOriginalPhoto(t.DB, m.Matter, seq, photo, o); err != nil {
			return err
		}
		if replacement != 0 {
			if err := t.attachFile(files[replacement], naming{was.Subject, m.ID, auditedAt(m.Matter)}, was.Place); err != nil {
				return err
			}
		}
		return t.redacted(m.Matter, reason, "photo "+strconv.FormatInt(photo, 10))
	})
}

// eventOfPhoto gives the event of a matter that shows a photo; 0 for a photo that none shows.
func eventOfPhoto(m model.Matter, f model.File) int64 {
	for seq := int64(1); seq <= m.Moves && f.ID != 0 && f.SubjectID == m.ID; seq++ {
		if f.Subject == matterFiles(seq) {
			return seq
		}
	}
	return 0
}

// needRedacting refuses who may not redact a matter that they see. Nobody redacts what was said about
// their own report: the original is read by others than its reporter.
func (t *tx) needRedacting(m model.ListedMatter) error {
	switch {
	case m.ReporterID == t.by.PersonID:
		return model.ErrMatterOwn
	case !t.by.May(model.RedactMatters, m.NodePath, t.now):
		return model.ErrMatterNotFound
	}
	return nil
}

// redacted tells the reporter that something of theirs is shown otherwise now, and records it.
func (t *tx) redacted(m model.Matter, reason, what string) error {
	body := "工作人员隐去了您上报的事项里不宜公开的内容，原因：" + reason + "。原来的内容另外保存，事项照常办理。"
	err := t.notify(m.ReporterID, NoticeMatter, "事项里有内容被隐去", body, matterPage(m.ID), fmt.Sprintf("matter:%d:redacted:%s:%d", m.ID, what, t.now.Unix()))
	if err != nil {
		return err
	}
	return t.auditMatter("matter.redact", m, what)
}

// MatterOriginals is what was redacted of a matter.
type MatterOriginals struct {
	Words  []model.ListedMatterOriginal // its texts
	Photos []OriginalPhoto
}

// OriginalPhoto is a photo that was taken out of an event.
type OriginalPhoto struct {
	model.ListedMatterOriginal
	File model.File
}

// MatterOriginal gives what a matter said and showed before it was redacted, to who may redact it; each
// reading goes into the audit log. Refusals: matter.not_found outside the actor's scope, matter.own.
func (s *Service) MatterOriginal(ctx context.Context, by model.Actor, id int64) (MatterOriginals, error) {
	return inTx(ctx, s, Command{By: by}, func(t *tx) (MatterOriginals, error) {
		var r MatterOriginals
		m, err := model.ListedMatterByID(t.DB, id)
		if err != nil {
			return r, err
		}
		if _, err := seenAs(t.DB, by, m, t.now); err != nil {
			return r, err
		}
		if err := t.needRedacting(m); err != nil {
			return r, err
		}
		all, err := model.MatterOriginalsOf(t.DB, id)
		if err != nil {
			return r, err
		}
		files, err := t.filesOf(model.WithheldFiles, id)
		if err != nil {
			return r, err
		}
		for _, o := range all {
			if o.FileID == 0 {
				r.Words = append(r.Words, o)
				continue
			}
			i := slices.IndexFunc(files[id], func(f model.File) bool { return f.ID == o.FileID })
			if i < 0 {
				continue
			}
			files[id][i].ForOriginal()
			r.Photos = append(r.Photos, OriginalPhoto{o, files[id][i]})
		}
		return r, t.auditMatter("matter.read_original", m.Matter, "")
	})
}
