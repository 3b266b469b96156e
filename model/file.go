package model

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// FileState is what is known about a photo's content. It delays showing the photo, never the record.
type FileState string

// The states: nobody has looked yet; fine; a person must look; not to be shown to anybody.
const (
	FilePending  FileState = "pending"
	FilePassed   FileState = "pass"
	FileReview   FileState = "review"
	FileRejected FileState = "rejected"
)

// Title is what people call the state.
func (s FileState) Title() string {
	return map[FileState]string{FilePending: "审核中", FilePassed: "已通过", FileReview: "等待人工审核", FileRejected: "未通过"}[s] //nolint:gosec // words for people, no credentials
}

// Refusals about files.
var (
	ErrFileNotFound = fault.New(fault.NotFound, "file.not_found", "没有找到这张照片，或者您不能使用它。请重新上传。")
	ErrFileAttached = fault.New(fault.Conflict, "file.attached", "这张照片已经用在另一条记录里了。请重新上传一张。")
	ErrFileRejected = fault.New(fault.Conflict, "file.rejected", "有照片没有通过内容审核，不能使用。请换一张照片。")
	ErrFileTooMany  = fault.New(fault.Invalid, "file.too_many", "照片太多了。请减少几张再提交。")
	ErrFileLoose    = fault.New(fault.Conflict, "file.too_many_loose", "您上传了很多照片还没有用上。请先提交用到照片的内容，或者明天再上传。")
	ErrFileNoHome   = fault.New(fault.Forbidden, "file.no_home", "您现在没有登记住在这里，不能上传照片。请联系社区登记后再来。")
	ErrFileNoReview = fault.New(fault.Conflict, "file.not_in_review", "这张照片现在不需要人工审核，可能别人已经处理。请刷新列表后再看。")
	ErrFileOwn      = fault.New(fault.Forbidden, "file.own", "自己上传的照片不能自己审核。请由另一位工作人员办理。")
)

// WithheldFiles is what a photo is attached as that was taken out of a matter's record, by the matter's id.
// Only who may read the original sees it.
const WithheldFiles = "matter.original"

// File is an uploaded photo. Its bytes lie in a store under names that begin with Name. A record names
// it by Subject and SubjectID; until then, and after the record has let go of it, it is loose and is
// dropped after a day.
type File struct {
	_ struct{} `privacy:"about=resident; why=上传的照片:服务、事项、门牌; kept=always; because=跟着所属的记录;没有记录用到的,一天后删除"`

	ID          int64
	Name        string    `privacy:"none"`
	UploaderID  int64     `privacy:"person"` // the person
	UserID      int64     // their WeChat account then: the content check asks for it
	NodeID      int64     // where they belonged then: who reviews
	State       FileState `privacy:"mark"`
	Bytes       int64     `privacy:"figure"`
	Width       int64     `privacy:"figure"`
	Height      int64     `privacy:"figure"`
	Subject     string    `privacy:"mark"` // the kind of record, "" while loose
	SubjectID   int64     `privacy:"none"`
	Place       int64     `privacy:"figure"` // in the record's own order
	LooseSince  *time.Time
	CreatedAt   time.Time
	Offers      int64 `privacy:"figure"` // how often it was offered to WeChat's check
	OfferedAt   *time.Time
	Answer      string `privacy:"mark"` // WeChat's, "" while there is none
	Label       int64  `privacy:"mark"` // what WeChat saw
	DecidedAt   *time.Time
	DecidedByID int64  // 0: WeChat
	Reason      string `privacy:"reason"`

	signing  *signing // what Link signs with; nil for a file that is not for showing
	original bool     // its links are for who may read what was redacted
}

// AddFile stores an uploaded photo that no record names yet.
func AddFile(tx *gorm.DB, f *File, now time.Time) error {
	f.State, f.CreatedAt, f.LooseSince = FilePending, now, &now
	return tx.Create(f).Error
}

// FileByID gives a file.
func FileByID(tx *gorm.DB, id int64) (File, error) {
	var f File
	return f, take(tx.Where("id = ?", id), &f, ErrFileNotFound)
}

// LockFile reads a file and keeps others from changing it until the transaction ends.
func LockFile(tx *gorm.DB, id int64) (File, error) {
	return FileByID(forUpdate(tx), id)
}

// LockFiles locks files in the order of their ids, and leaves out those that there are not.
func LockFiles(tx *gorm.DB, ids []int64) (map[int64]File, error) {
	var files []File
	err := forUpdate(tx).Where("id IN ?", ids).Order("id").Find(&files).Error
	byID := make(map[int64]File, len(files))
	for _, f := range files {
		byID[f.ID] = f
	}
	return byID, err
}

// CountLooseFiles gives how many photos somebody has uploaded that no record names.
func CountLooseFiles(tx *gorm.DB, uploader int64) (int64, error) {
	var n int64
	return n, tx.Model(&File{}).Where("uploader_id = ? AND loose_since IS NOT NULL", uploader).Count(&n).Error
}

// CountFilesBy gives how many photos of a person's are kept, without those of matters that are hidden from who has led
// units.
func CountFilesBy(tx *gorm.DB, uploader int64, led []Led) (int64, error) {
	var n int64
	return n, exceptOfHidden(tx.Model(&File{}).Where("uploader_id = ?", uploader), led).Count(&n).Error
}

// exceptOfHidden leaves out the files of matters that are hidden from who leads, or has led, units.
func exceptOfHidden(q *gorm.DB, led []Led) *gorm.DB {
	if len(led) == 0 {
		return q
	}
	condition, args := hiddenFrom(led)
	return q.Where("NOT EXISTS (SELECT 1 FROM matters WHERE files.subject LIKE 'matter%' AND matters.id = files.subject_id AND "+condition+")", args...)
}

// LastPlace gives how many photos a record names, and the place of the last of them.
func LastPlace(tx *gorm.DB, subject string, id int64) (count, last int64, err error) {
	var r struct{ Count, Last int64 }
	err = tx.Model(&File{}).Select("COUNT(*) AS count, COALESCE(MAX(place), 0) AS last").
		Where("subject = ? AND subject_id = ?", subject, id).Scan(&r).Error
	return r.Count, r.Last, err
}

// AttachFile makes a record name a loose file.
func AttachFile(tx *gorm.DB, id int64, subject string, subjectID, place int64) error {
	return changed(tx.Model(&File{}).Where("id = ? AND subject = ''", id).
		Updates(map[string]any{"subject": subject, "subject_id": subjectID, "place": place, "loose_since": nil}), ErrFileAttached)
}

// WithholdFile takes a photo out of a matter's record, and keeps it. Its place there is free.
func WithholdFile(tx *gorm.DB, f File) error {
	return changed(tx.Model(&File{}).Where("id = ? AND subject = ? AND subject_id = ?", f.ID, f.Subject, f.SubjectID).
		Updates(map[string]any{"subject": WithheldFiles}), ErrFileNotFound)
}

// Withheld tells whether a photo was taken out of a matter's record.
func (f File) Withheld() bool { return f.Subject == WithheldFiles }

// ReleaseFiles makes a record let go of files, of all of them when none is named, and gives how many.
func ReleaseFiles(tx *gorm.DB, subject string, id int64, files []int64, now time.Time) (int64, error) {
	q := tx.Model(&File{}).Where("subject = ? AND subject_id = ?", subject, id)
	if len(files) > 0 {
		q = q.Where("id IN ?", files)
	}
	done := q.Updates(map[string]any{"subject": "", "subject_id": 0, "place": 0, "loose_since": now})
	return done.RowsAffected, done.Error
}

// FilesOf gives the photos of records of one kind, each record's in its own order, ready for showing
// at a moment.
func FilesOf(tx *gorm.DB, now time.Time, subject string, ids ...int64) (map[int64][]File, error) {
	files, err := inLists(ids, func(some []int64) ([]File, error) {
		var found []File
		return found, tx.Where("subject = ? AND subject_id IN ?", subject, some).Order("subject_id, place, id").Find(&found).Error
	})
	return filesBy(tx, now, files, func(f File) int64 { return f.SubjectID }), err
}

// FilesUnder gives the photos of one record that it has under several subjects, by subject, each subject's in its own
// order, ready for showing at a moment.
func FilesUnder(tx *gorm.DB, now time.Time, id int64, subjects ...string) (map[string][]File, error) {
	files, err := inLists(subjects, func(some []string) ([]File, error) {
		var found []File
		return found, tx.Where("subject IN ? AND subject_id = ?", some, id).Order("subject, place, id").Find(&found).Error
	})
	return filesBy(tx, now, files, func(f File) string { return f.Subject }), err
}

// filesBy makes photos ready for showing at a moment, and gives them by what they hang on, each one's in their order.
func filesBy[K comparable](tx *gorm.DB, now time.Time, files []File, on func(File) K) map[K][]File {
	by := map[K][]File{}
	for _, f := range files {
		f.ForShowing(KeysOf(tx), now)
		by[on(f)] = append(by[on(f)], f)
	}
	return by
}

// ReviewedFile is a photo that waits for a person, with who uploaded it.
type ReviewedFile struct {
	File
	UploaderName string
}

// FilesInReview lists the photos that wait for a person in a subtree, the oldest first. What no record
// names, or shows, is not worth anybody's time; what belongs to a matter that is hidden from the reader
// because they are or were chief there is not shown to them.
func FilesInReview(tx *gorm.DB, path string, by Actor, now time.Time, part Slice) ([]ReviewedFile, error) {
	var files []ReviewedFile
	q := InSubtree(tx.Table("files").Select("files.*, persons.name AS uploader_name").
		Joins("JOIN nodes ON nodes.id = files.node_id").Joins("JOIN persons ON persons.id = files.uploader_id"), "nodes.path", path).
		Where("files.state = ? AND files.subject NOT IN ?", FileReview, []string{"", WithheldFiles})
	err := part.Oldest(exceptOfHidden(q, by.Led(now)), "files.id").Find(&files).Error
	for i := range files {
		files[i].ForShowing(KeysOf(tx), now)
	}
	return files, err
}

// LooseFiles gives files that no record has named since before a moment, at most limit of them.
func LooseFiles(tx *gorm.DB, before time.Time, limit int) ([]File, error) {
	var files []File
	return files, tx.Where("loose_since < ?", before).Order("loose_since, id").Limit(limit).Find(&files).Error
}

// DropLooseFiles drops rows of files that are still loose, and gives the names of those dropped. Of the
// others somebody has made use in this very moment.
func DropLooseFiles(tx *gorm.DB, ids []int64, before time.Time) (names []string, err error) {
	locked, err := LockFiles(tx, ids)
	if err != nil {
		return nil, err
	}
	var drop []int64
	for _, f := range locked {
		if f.LooseSince != nil && f.LooseSince.Before(before) {
			drop, names = append(drop, f.ID), append(names, f.Name)
		}
	}
	if len(drop) == 0 {
		return nil, nil
	}
	return names, tx.Where("id IN ?", drop).Delete(&File{}).Error
}

// FilesOnShelf gives the names of the files whose blobs lie on a shelf: it begins each of them.
func FilesOnShelf(tx *gorm.DB, shelf string) ([]string, error) {
	var names []string
	return names, tx.Model(&File{}).Where("name LIKE ?", shelf+"%").Order("name").Pluck("name", &names).Error
}

// KnownFiles gives those of the names that a file has.
func KnownFiles(tx *gorm.DB, names []string) ([]string, error) {
	return inLists(names, func(some []string) ([]string, error) {
		var found []string
		return found, tx.Model(&File{}).Where("name IN ?", slices.Compact(some)).Pluck("name", &found).Error
	})
}
