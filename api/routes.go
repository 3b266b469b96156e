package api

import (
	"reflect"

	"danyuan/model"
	"danyuan/service"
)

// routes is the whole surface: method, path, who, handler, one line each. docs/permissions.md is
// printed from it, and a test walks every line as everybody.
func (a *API) routes() []route {
	return []route{
		// login.go
		post("/v1/login", "login", "登录", Anyone, (*API).login, viewSession).limited(120),
		post("/v1/logout", "logout", "退出登录", SignedIn, (*API).logout, done[struct{}]),
		get("/v1/me", "view-me", "我是谁", SignedIn, (*API).me),

		// unit_page.go
		unitPage("/v1/units/{code}", "view-unit-page", "扫单元码看单元页", Anyone),

		// import.go
		downloadTable("/v1/imports/templates/{kind}", "download-import-template", "下载导入模板", With(model.ImportRoster), service.XLSX, (*API).importTemplate),
		post("/v1/nodes/{id}/imports", "hand-in-import", "上传表格导入", With(model.ImportRoster), (*API).handIn, viewImport).
			taking(importBytes).limited(20).receiving(fileForm("Excel(.xlsx)或 CSV 表格,最大 10 MB、50000 行")),
		get("/v1/nodes/{id}/imports", "list-imports", "导入记录", With(model.ImportRoster), (*API).listImports),
		get("/v1/imports/{id}", "view-import", "看导入的进度和结果", With(model.ImportRoster), (*API).viewImport),
		post("/v1/imports/{id}/cancel", "cancel-import", "取消导入", With(model.ImportRoster), (*API).cancelImport, viewImport),
		get("/v1/imports/{id}/faults", "list-import-faults", "看表格里要改正的地方", With(model.ImportRoster), (*API).listImportFaults),
		downloadTable("/v1/imports/{id}/faults.xlsx", "download-import-faults", "下载错误清单(Excel)", With(model.ImportRoster), service.XLSX, importFaultTable(service.XLSX)),
		downloadTable("/v1/imports/{id}/faults.csv", "download-import-faults-csv", "下载错误清单(CSV)", With(model.ImportRoster), service.CSV, importFaultTable(service.CSV)),
	}
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
