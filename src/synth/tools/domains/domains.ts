import type { Domain } from '../vocabulary.ts'
import { agricultureEnvironmental } from './agriculture-environmental.ts'
import { desktopSystems } from './desktop-systems.ts'
import { educationElearning } from './education-elearning.ts'
import { enterpriseBusinessIntelligence } from './enterprise-business-intelligence.ts'
import { financialTrading } from './financial-trading.ts'
import { gamingEntertainment } from './gaming-entertainment.ts'
import { healthcareMedical } from './healthcare-medical.ts'
import { iphoneAndroid } from './iphone-android.ts'
import { legalCompliance } from './legal-compliance.ts'
import { manufacturingIndustrialIot } from './manufacturing-industrial-iot.ts'
import { realEstateProperty } from './real-estate-property.ts'
import { robotControl } from './robot-control.ts'
import { smartHome } from './smart-home.ts'
import { softwareApps } from './software-apps.ts'
import { transportationLogistics } from './transportation-logistics.ts'
import { websiteControl } from './website-control.ts'

/** In the order of figure 9 of K2's paper. */
export const domains: readonly Domain[] = [
  enterpriseBusinessIntelligence,
  transportationLogistics,
  iphoneAndroid,
  smartHome,
  realEstateProperty,
  softwareApps,
  legalCompliance,
  educationElearning,
  robotControl,
  agricultureEnvironmental,
  healthcareMedical,
  manufacturingIndustrialIot,
  desktopSystems,
  financialTrading,
  websiteControl,
  gamingEntertainment,
]
