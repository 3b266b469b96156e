package api

import (
	"encoding/json"

	"danyuan/model"
)

// ViewPhotos shows the photos of a record as an area's view does.
func ViewPhotos(files []model.File, viewerIsOwner bool) string {
	b, _ := json.Marshal(viewPhotos(files, viewerIsOwner))
	return string(b)
}
