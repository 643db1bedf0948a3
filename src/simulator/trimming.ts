/** What a switch that trims leaves of a packet: 128 bytes, as SONiC does by default, and a new FCS. */
export const TRIMMED_BYTES = 132;
/** The DSCP that it gives to those: what receivers and collectors take for trimmed unless told otherwise. */
export const TRIM_DSCP = 11;
