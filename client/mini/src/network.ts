// Whether there is a network, as the phone says.
import { ref } from 'vue'

export const online = ref(true)

export function watchNetwork() {
  // #ifdef H5
  // uni-app listens to the kind of the connection, which not every browser changes when it is gone.
  const look = () => { online.value = navigator.onLine }
  addEventListener('online', look)
  addEventListener('offline', look)
  look()
  // #endif
  // #ifndef H5
  uni.getNetworkType({ success: (r) => { online.value = r.networkType !== 'none' } })
  uni.onNetworkStatusChange((r) => { online.value = r.isConnected })
  // #endif
}
