from hmic_analysis.analyst.choose import claims as claims
from hmic_analysis.analyst.choose import columns as columns
from hmic_analysis.analyst.choose import findings as findings
from hmic_analysis.analyst.choose import forces as forces
from hmic_analysis.analyst.choose import indicators as indicators
from hmic_analysis.analyst.choose import settings as settings
from hmic_analysis.analyst.choose import tables as tables
from hmic_analysis.analyst.indicator import indicator as indicator
from hmic_analysis.analyst.indicator import share as share
from hmic_analysis.analyst.tables import load as load
from hmic_analysis.analyst.tables import load_crimes as load_crimes
from hmic_analysis.analyst.tables import load_duty_hours as load_duty_hours
from hmic_analysis.analyst.tables import load_incidents as load_incidents
from hmic_analysis.analyst.tables import load_suspects as load_suspects
from hmic_analysis.analyst.tables import to_excel as to_excel
from hmic_analysis.analyst.working import rows_behind as rows_behind
from hmic_analysis.analyst.working import work_through as work_through

__version__: str
