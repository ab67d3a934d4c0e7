export const ConfigScreen = () => null
