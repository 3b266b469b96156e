package service

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"danyuan/model"
)

// How long a photo that no record names is kept, and a blob that no row names.
const (
	looseKept    = 24 * time.Hour
	orphanKept   = 24 * time.Hour
	droppedFiles = 100 // in one transaction
)

// Shelves are how many a store has; each hour's run looks through some, so that a day goes through all.
const (
	Shelves       = 256
	shelvesAnHour = 11
)

// dropOrphans is the duty that drops photos which no record has named for a day, and blobs without a
// row: what a crash between the two left behind, whichever way it went.
func (s *Service) dropOrphans(ctx context.Context, _ int64) error {
	if err := s.dropLoose(ctx); err != nil {
		return err
	}
	hour := int(s.now().Unix()/3600) % 24
	var found []orphan
	known := 0
	for shelf := hour * shelvesAnHour; shelf < min((hour+1)*shelvesAnHour, Shelves); shelf++ {
		some, n, err := s.orphansOn(ctx, fmt.Sprintf("%02x", shelf))
		if err != nil {
			return err
		}
		found, known = append(found, some...), known+n
	}
	if misfit(len(found), known) {
		s.Log.ErrorContext(ctx, "most files in the store are not known to the database: do they belong together? nothing was removed",
			slog.Int("unknown", len(found)), slog.Int("known", known))
		return nil
	}
	for _, o := range found {
		if err := s.Blobs.Remove(ctx, string(o)); err != nil {
			return err
		}
	}
	return nil
}

// misfit tells that store and database hardly belong together: somebody has given an empty database to
// a full store, and would lose all photos to a tidy duty. A crash leaves one blob or two.
func misfit(unknown, known int) bool { return unknown >= 20 && unknown > known }

// dropLoose drops the rows first and the blobs after.
func (s *Service) dropLoose(ctx context.Context) error {
	before := s.now().Add(-looseKept)
	for {
		loose, err := model.LooseFiles(s.DB.Read(ctx), before, droppedFiles)
		if err != nil || len(loose) == 0 {
			return err
		}
		ids := make([]int64, len(loose))
		for i, f := range loose {
			ids[i] = f.ID
		}
		names, err := inTx(ctx, s, Command{}, func(t *tx) ([]string, error) {
			names, err := model.DropLooseFiles(t.DB, ids, before)
			if err != nil || len(names) == 0 {
				return nil, err
			}
			return names, t.audit("file.drop", 0, "file", 0, fmt.Sprintf("%d loose", len(names)))
		})
		if err != nil {
			return err
		}
		for _, name := range names {
			s.dropBlobs(ctx, name)
		}
		if len(loose) < droppedFiles {
			return nil
		}
	}
}

// orphan is the name of a blob that no row knows.
type orphan string

// orphansOn gives the old blobs of a shelf that no row knows, and how many blobs it holds that one does.
func (s *Service) orphansOn(ctx context.Context, shelf string) ([]orphan, int, error) {
	before := s.now().Add(-orphanKept)
	var blobs, files []string
	err := s.Blobs.Each(ctx, shelf, func(name string, put time.Time) {
		if put.Before(before) {
			blobs = append(blobs, name)
			files = append(files, FileOf(name))
		}
	})
	if err != nil || len(blobs) == 0 {
		return nil, 0, err
	}
	slices.Sort(files)
	rows, err := model.KnownFiles(s.DB.Read(ctx), slices.Compact(files))
	if err != nil {
		return nil, 0, err
	}
	var orphans []orphan
	for _, name := range blobs {
		if !slices.Contains(rows, FileOf(name)) || !oursOf(name) {
			orphans = append(orphans, orphan(name))
		}
	}
	return orphans, len(blobs) - len(orphans), nil
}

// FileOf gives the name of the file that a blob belongs to.
func FileOf(blob string) string {
	file, _, _ := strings.Cut(blob, ".")
	return file
}

// oursOf tells whether a blob is one of the two that a file has, and not one that was cut off.
func oursOf(blob string) bool {
	for _, end := range photoEnds {
		if blob == FileOf(blob)+end {
			return true
		}
	}
	return false
}
