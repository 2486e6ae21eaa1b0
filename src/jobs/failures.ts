/** A failure that another attempt would only repeat: the unit is dead at once. */
export class PermanentFailure extends Error {
  override name = 'PermanentFailure'
}

/** A failure of the moment (an endpoint overloaded, a connection cut): the unit is tried again later. */
export class RetryableFailure extends Error {
  override name = 'RetryableFailure'
}

/** An attempt that took longer than the stage allows; tried again. */
export class AttemptTimeout extends RetryableFailure {
  override name = 'AttemptTimeout'
}
