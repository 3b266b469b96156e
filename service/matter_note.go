package service

import (
	"context"

	"danyuan/model"
)

// NoteMatter writes a note beside a matter, for the officers who work on it; its reporter and who has joined it
// never see it. Refusals: matter.not_found; matter.own_note for the reporter, matter.not_at_your_step for who
// has joined it only; text.empty.
func (s *Service) NoteMatter(ctx context.Context, cmd Command, id int64, words string) (MatterRecord, error) {
	words, err := model.NeedText("body.words", words, model.MaxMatterNote, true)
	if err != nil {
		return MatterRecord{}, err
	}
	return s.onMatter(ctx, cmd, id, func(t *tx, m *model.ListedMatter, as MatterSeenAs) error {
		switch as {
		case SeenByReporter:
			return model.ErrMatterNoteOwn
		case SeenByJoiner:
			return model.ErrMatterNotUp
		case SeenByOfficer:
		}
		if err := model.AddMatterNote(t.DB, model.MatterNote{MatterID: id, ByPersonID: t.by.PersonID, At: t.now, Words: words}); err != nil {
			return err
		}
		return t.auditMatter("matter.note", m.Matter, "")
	})
}
