// Plays the parts of React Native that the SDK asks of a device: its facts, and whether the app is in front.
exports.Platform = { OS: 'ios', select: (choices) => choices.ios }
exports.AppState = { currentState: 'active', addEventListener: () => ({ remove() {} }) }
exports.NativeEventEmitter = class {
  addListener() {
    return { remove() {} }
  }
}
exports.NativeModules = {
  Sovran: { getConstants: () => ({ ON_STORE_ACTION: 'action' }) },
  AnalyticsReactNative: {
    getContextInfo: async () => ({
      appName: 'Shop',
      appVersion: '1.2',
      buildNumber: '3',
      bundleId: 'com.acme.shop',
      locale: 'de-DE',
      networkType: 'wifi',
      osName: 'iOS',
      osVersion: '26.1',
      screenHeight: 2556,
      screenWidth: 1179,
      screenDensity: 3,
      timezone: 'Europe/Berlin',
      manufacturer: 'Apple',
      model: 'iPhone17,3',
      deviceName: 'iPhone',
      deviceId: 'd-1',
      deviceType: 'ios',
    }),
  },
}
