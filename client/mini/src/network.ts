// Whether there is a network, as the phone says.
import { ref } from 'vue'

export const online = ref(true)

export function watchNetwork() {
  uni.getNetworkType({ success: (r) => { online.value = r.networkType !== 'none' } })
  uni.onNetworkStatusChange((r) => { online.value = r.isConnected })
}
