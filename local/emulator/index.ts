export {
  type EmulatorStatus,
  type RunningEmulator,
  emulatorStatus,
  emulatorUrl,
  startEmulator,
  stopEmulator,
} from "./emulator";
