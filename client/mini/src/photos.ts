// Photos that go with something that is being written: each is uploaded by itself, and by itself again.
import { computed, reactive } from 'vue'
import { api, pictureURL, Problem, uploadPhoto, type Photo } from './api'
import { wasRefused } from './privacy'
import { told } from './say'

export interface Shot { path: string, id: string, percent: number, failed: string, going: boolean }

/** usePhotos holds at most so many; changed is called when what the server has is another. */
export function usePhotos(most: number, changed: () => void = () => {}) {
  const shots = reactive<Shot[]>([])

  async function send(shot: Shot) {
    if (shot.going || shot.id) return
    shot.going = true
    shot.failed = ''
    try {
      shot.id = (await uploadPhoto(shot.path, (percent) => { shot.percent = percent })).id
      changed()
    } catch (e) {
      shot.failed = e instanceof Problem ? e.message : '没有传上去，请再试一次。'
    } finally {
      shot.going = false
    }
  }

  function take(paths: string[]) {
    for (const path of paths.slice(0, most - shots.length)) {
      shots.push({ path, id: '', percent: 0, failed: '', going: false })
      send(shots[shots.length - 1])
    }
  }

  function choose() {
    const count = most - shots.length
    // #ifdef MP-WEIXIN
    uni.chooseMedia({
      count, mediaType: ['image'], sizeType: ['compressed'], sourceType: ['album', 'camera'],
      success: (r) => take(r.tempFiles.map((f) => f.tempFilePath)),
      fail: (e: { errMsg?: string }) => { if (wasRefused(e)) told('没有同意使用照片，可以不加照片，直接交') },
    })
    // #endif
    // #ifdef H5
    uni.chooseImage({ count, success: (r) => take([...r.tempFilePaths]) })
    // #endif
  }

  function drop(path: string) {
    const at = shots.findIndex((s) => s.path === path)
    if (at >= 0) shots.splice(at, 1)
    changed()
  }

  function again(path: string) {
    const shot = shots.find((s) => s.path === path)
    if (shot) send(shot)
  }

  /**
   * restore brings back photos that the server has, of which some may be known; those that it has cleared away meanwhile
   * are left out. What can't be looked at now goes along unseen: its id stands for its path.
   */
  async function restore(ids: string[], known: readonly Photo[] = []) {
    for (const id of ids) {
      try {
        const photo = known.find((p) => p.id === id) ?? await api.get('/v1/files/{id}', { path: { id } })
        shots.push({ path: pictureURL(photo.thumb_url), id, percent: 100, failed: '', going: false })
      } catch (e) {
        if (e instanceof Problem && e.status !== 404) shots.push({ path: id, id, percent: 100, failed: '', going: false })
      }
    }
  }

  return {
    shots, choose, drop, again, restore, most,
    ids: computed(() => shots.map((s) => s.id).filter(Boolean)),
    waiting: computed(() => shots.some((s) => !s.id)),
    clear: () => { shots.splice(0) },
  }
}

export type Photos = ReturnType<typeof usePhotos>
