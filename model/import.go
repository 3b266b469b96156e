package model

import (
	"errors"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// ImportKind says what a handed-in table holds.
type ImportKind string

// The kinds: grids, buildings, units and households; people.
const (
	StructureImport ImportKind = "structure"
	RosterImport    ImportKind = "roster"
)

// ImportState is how far an import has come.
type ImportState string

// The states of an import.
const (
	ImportQueued    ImportState = "queued"
	ImportRunning   ImportState = "running"
	ImportDone      ImportState = "done"      // applied, or, in a dry run, found without fault
	ImportRefused   ImportState = "refused"   // the table is at fault; nothing was changed
	ImportFailed    ImportState = "failed"    // our failure; nothing was changed
	ImportCancelled ImportState = "cancelled" // called off in time; nothing was changed
)

// Over tells whether nothing will happen to the import any more.
func (s ImportState) Over() bool { return s != ImportQueued && s != ImportRunning }

// ImportTries is how often an import is begun before it counts as failed.
const ImportTries = 5

// Import is a table that somebody handed in for a community. The file is sealed, and dropped when the
// import is over. ActiveNodeID holds the community until then: one import at a time.
type Import struct {
	_ struct{} `privacy:"about=officer; why=导入名册的过程; kept=always; because=导入的经过要能追溯,名册文件在导入结束时清除"`

	ID           int64
	Kind         ImportKind `privacy:"mark"`
	NodeID       int64
	ByUserID     int64
	ByPersonID   int64
	DryRun       bool
	State        ImportState `privacy:"mark"`
	File         []byte      `gorm:"serializer:sealed" privacy:"roster"`
	FileHash     string      `privacy:"hash"`
	TotalRows    int64       `privacy:"figure"`
	DoneRows     int64       `privacy:"figure"` // checked so far
	ImportCounts             // what happened; in a dry run, what would have
	Faults       int64       `privacy:"figure"` // how many there are; at most ImportFaultsKept of them are listed
	Failure      string      `privacy:"mark"`   // the code of the refusal or failure that concerns the whole table
	Tries        int         `privacy:"figure"`
	CreatedAt    time.Time
	FinishedAt   *time.Time
	ActiveNodeID *int64
	Ignored      []string `gorm:"-"` // titles of columns from which nothing was taken; known while it runs
}

// ImportCounts tells what the rows of a table do. Each row is one of the first three.
type ImportCounts struct {
	Added     int64 `privacy:"figure"`
	Changed   int64 `privacy:"figure"`
	Unchanged int64 `privacy:"figure"`
	Moved     int64 `privacy:"figure"` // of the changed, people who moved to another unit
	Places    int64 `privacy:"figure"` // grids, buildings and units made
	Homes     int64 `privacy:"figure"` // households made
}

// ImportFault is what is wrong with one cell, in words for the person who fills in the table. It never
// holds what the cell holds of a person. Line 0 is the whole table.
type ImportFault struct {
	_ struct{} `privacy:"about=nobody; why=名册里哪一格填错了;不含格子里写的个人信息"`

	ID         int64
	ImportID   int64
	Line       int64
	ColumnName string `privacy:"none"`
	Text       string `privacy:"none"`
}

// ImportFaultsKept is how many faults of one import are listed: nobody mends more at a sitting, and
// a table in the wrong columns would have hundreds of thousands.
const ImportFaultsKept = 5000

// Refusals about imports.
var (
	ErrImportNotFound  = fault.New(fault.NotFound, "import.not_found", "没有找到这次导入，或者您不能查看。请返回导入记录重试。")
	ErrImportPlace     = fault.New(fault.Conflict, "import.not_a_community", "表格要导入到社区，请先选择一个社区再上传。")
	ErrImportUnderWay  = fault.New(fault.Conflict, "import.under_way", "本社区有一次导入还没有完成。请等它完成，或者先取消它，再上传。")
	ErrImportOver      = fault.New(fault.Conflict, "import.over", "这次导入已经结束，不能取消了。")
	ErrImportNoRole    = fault.New(fault.Forbidden, "import.role_ended", "提交人现在没有导入的权限，没有导入任何内容。请由现任的社区工作人员重新上传。")
	ErrImportRows      = fault.New(fault.Invalid, "import.rows_at_fault", "表格里有需要改正的地方，没有导入任何内容。请按错误清单改好后重新上传。")
	ErrImportFailed    = fault.New(fault.Internal, "import.failed", "系统出了点问题，没有导入任何内容。请重新上传；如果一直这样，请告诉区里的管理员。")
	ErrImportCancelled = fault.New(fault.Conflict, "import.cancelled", "这次导入已取消，没有导入任何内容。")
)

// AddImport stores a new import, unless another of the same community is not over.
func AddImport(tx *gorm.DB, i *Import) error {
	i.State, i.ActiveNodeID = ImportQueued, &i.NodeID
	err := tx.Create(i).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return ErrImportUnderWay
	}
	return err
}

// ImportByID gives an import without its file.
func ImportByID(tx *gorm.DB, id int64) (Import, error) {
	var i Import
	return i, take(tx.Omit("file").Where("id = ?", id), &i, ErrImportNotFound)
}

// ImportFile gives the file of an import that is not over; nothing of one that is.
func ImportFile(tx *gorm.DB, id int64) ([]byte, error) {
	var i Import
	return i.File, take(tx.Select("file").Where("id = ?", id), &i, ErrImportNotFound)
}

// ImportsOfNode gives a community's imports, the newest first, without their files.
func ImportsOfNode(tx *gorm.DB, node int64, page Slice) ([]Import, error) {
	var out []Import
	return out, page.Newest(tx.Omit("file").Where("node_id = ?", node), "id").Find(&out).Error
}

// FaultsOfImport gives what is wrong, in the order of the table.
func FaultsOfImport(tx *gorm.DB, id int64, page Slice) ([]ImportFault, error) {
	var out []ImportFault
	return out, page.Oldest(tx.Where("import_id = ?", id), "id").Find(&out).Error
}

// BeginImport marks an import as running and counts the try; false when it is over.
func BeginImport(tx *gorm.DB, id int64) (bool, error) {
	return touched(running(tx, id).Updates(map[string]any{"state": ImportRunning, "tries": gorm.Expr("tries + 1"), "done_rows": 0}))
}

// NoteImportProgress tells how many rows are checked; false when the import has been called off.
func NoteImportProgress(tx *gorm.DB, id, done int64) (bool, error) {
	return touched(running(tx, id).Updates(map[string]any{"done_rows": done}))
}

// LockImport reads an import and keeps others from ending it until the transaction ends.
func LockImport(tx *gorm.DB, id int64) (Import, error) {
	var i Import
	return i, take(forUpdate(tx).Omit("file").Where("id = ?", id), &i, ErrImportNotFound)
}

// EndImport stores how an import ended, drops its file and makes room for the next; false when it was
// over before.
func EndImport(tx *gorm.DB, i Import) (bool, error) {
	return touched(running(tx, i.ID).Updates(map[string]any{
		"state": i.State, "failure": i.Failure, "done_rows": i.DoneRows, "faults": i.Faults, "finished_at": i.FinishedAt,
		"added": i.Added, "changed": i.Changed, "unchanged": i.Unchanged, "moved": i.Moved, "places": i.Places, "homes": i.Homes,
		"file": nil, "active_node_id": nil,
	}))
}

// AddImportFaults stores what is wrong with an import.
func AddImportFaults(tx *gorm.DB, faults []ImportFault) error { return AddAll(tx, faults) }

func running(tx *gorm.DB, id int64) *gorm.DB {
	return tx.Model(&Import{}).Where("id = ? AND state IN ?", id, []ImportState{ImportQueued, ImportRunning})
}

func touched(tx *gorm.DB) (bool, error) { return tx.RowsAffected > 0, tx.Error }

// ForgetImportFaults drops what was wrong with imports that ended before a moment.
func ForgetImportFaults(tx *gorm.DB, before time.Time, limit int) (int, error) {
	over := tx.Session(&gorm.Session{NewDB: true}).Model(&Import{}).Select("id").Where("finished_at < ?", before)
	return forget[int64](tx.Where("import_id IN (?)", over), &ImportFault{}, "id", "id", limit)
}
