// How large the text is: as WeChat is set, and larger still by the app's own switch.
import { computed, ref } from 'vue'

const switched = ref(uni.getStorageSync('large-text') === 'on')
const factor = ref(1)

/** scale is what every size of text is multiplied by. */
export const scale = computed(() => Math.min(1.75, Math.max(factor.value, switched.value ? 1.4 : 1)))

export const largeText = computed(() => switched.value)

export function setLargeText(on: boolean) {
  switched.value = on
  uni.setStorageSync('large-text', on ? 'on' : 'off')
}

export function followFontFactor() {
  // #ifdef MP-WEIXIN
  const base = uni.getAppBaseInfo() as { fontSizeScaleFactor?: number }
  factor.value = Number(base.fontSizeScaleFactor) || 1
  // #endif
}
